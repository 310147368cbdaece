using System.Collections.Concurrent;
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

        var blocks = new ConcurrentDictionary<long, string>();
        await Parallel.ForEachAsync(
            source.Pieces(ActionsRequests.Piece),
            new ParallelOptions { MaxDegreeOfParallelism = ActionsRequests.Parallelism, CancellationToken = cancellation },
            async (piece, stop) =>
            {
                // All have names of one length.
                string block = Convert.ToBase64String(Encoding.ASCII.GetBytes((piece.Offset / ActionsRequests.Piece).ToString("D8", CultureInfo.InvariantCulture)));
                await requests.UploadAsync(
                    () => Request($"comp=block&blockid={Uri.EscapeDataString(block)}", source.Piece(piece.Offset, piece.Length), isWhole: false), stop).ConfigureAwait(false);
                blocks[piece.Offset] = block;
            }).ConfigureAwait(false);
        string list = $"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(blocks.OrderBy(b => b.Key).Select(b => $"<Latest>{b.Value}</Latest>"))}</BlockList>";
        await requests.UploadAsync(() => Request("comp=blocklist", new ByteArrayContent(Encoding.UTF8.GetBytes(list)), isWhole: false), cancellation).ConfigureAwait(false);
    }

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
