using System.Globalization;
using System.Text;
using Quai.Build.RemoteCaches.Transfers;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>Sends a block blob to Azure's storage: at once where it is small, otherwise in blocks and a list of them. The address gives access, and nothing else may be sent along that does.</summary>
/// <param name="requests">Sends requests.</param>
/// <param name="address">The blob's address.</param>
internal sealed class BlockUpload(ActionsRequests requests, Uri address)
{
    /// <summary>Sends it.</summary>
    /// <exception cref="Errors.QuaiException">The server cannot be reached, or refuses.</exception>
    public async Task SendAsync(UploadSource source, CancellationToken cancellation)
    {
        if (source.Length <= ActionsRequests.Piece)
        {
            await requests.UploadAsync(() => Request("", source.All(), isWhole: true), cancellation).ConfigureAwait(false);
            return;
        }

        await requests.UploadPiecesAsync(
            source, (offset, length) => Request($"comp=block&blockid={Uri.EscapeDataString(NameOf(offset))}", source.Piece(offset, length), isWhole: false), cancellation).ConfigureAwait(false);
        string blocks = string.Concat(source.Pieces(ActionsRequests.Piece).Select(p => $"<Latest>{NameOf(p.Offset)}</Latest>"));
        string list = $"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{blocks}</BlockList>";
        await requests.UploadAsync(() => Request("comp=blocklist", new ByteArrayContent(Encoding.UTF8.GetBytes(list)), isWhole: false), cancellation).ConfigureAwait(false);
    }

    // All have names of one length.
    private static string NameOf(long offset) => Convert.ToBase64String(Encoding.ASCII.GetBytes((offset / ActionsRequests.Piece).ToString("D8", CultureInfo.InvariantCulture)));

    private HttpRequestMessage Request(string query, HttpContent content, bool isWhole)
    {
        string text = address.AbsoluteUri;
        var request = new HttpRequestMessage(HttpMethod.Put, query.Length == 0 ? text : text + (address.Query.Length > 0 ? "&" : "?") + query) { Content = content };
        request.Headers.TryAddWithoutValidation("x-ms-version", "2020-10-02");
        if (isWhole)
        {
            request.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
        }

        return request;
    }
}
