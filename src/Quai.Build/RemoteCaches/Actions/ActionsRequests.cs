using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>The requests of both versions of the protocol.</summary>
/// <param name="http">Sends them.</param>
/// <param name="token">What gives access.</param>
internal sealed class ActionsRequests(CacheHttp http, string token)
{
    /// <summary>By what entries of builders are told from those of others; BuildKit's are the same.</summary>
    public const string Version = "693bb7016429d80366022f036f84856888c9f13e00145f5f6f4dce303a38d6f2";

    /// <summary>The size of the pieces that are uploaded, in bytes.</summary>
    public const long Piece = 32 << 20;

    private const int Parallelism = 4, LargestAnswer = 1 << 20;

    /// <summary>Sends a document, if there is one, and reads the answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">Where to.</param>
    /// <param name="document">The document; empty for none.</param>
    /// <param name="type">What the answer is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The answer; null for an empty one.</returns>
    /// <exception cref="EntryExistsException">There is an entry with this key.</exception>
    /// <exception cref="QuaiException">The server cannot be reached, refuses, or answers what cannot be read.</exception>
    public async Task<T?> AskAsync<T>(HttpMethod method, string address, ReadOnlyMemory<byte> document, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        using HttpResponseMessage response = await http.SendAsync(() => Request(method, address, document), cancellation).ConfigureAwait(false);
        await ExpectAsync(response, cancellation).ConfigureAwait(false);
        byte[] bytes = await BlobReceipt.ReadAsync(response, LargestAnswer, $"the answer of {CacheHttp.Shown(new Uri(address))}", cancellation).ConfigureAwait(false);
        try
        {
            return bytes.Length == 0 ? null : JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException)
        {
            // The failure quotes what was sent, which may have an address that gives access.
            throw QuaiException.Invalid($"the answer of {CacheHttp.Shown(new Uri(address))} cannot be read");
        }
    }

    /// <summary>Sends a piece of an entry.</summary>
    /// <param name="make">Makes the request, once for each attempt.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">The server cannot be reached, or refuses.</exception>
    public async Task UploadAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await http.SendAsync(make, cancellation).ConfigureAwait(false);
        await ExpectAsync(response, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends all pieces of an entry, a few at the same time.</summary>
    /// <param name="source">The entry.</param>
    /// <param name="make">Makes the request for the piece at an offset, of a length, once for each attempt.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">The server cannot be reached, or refuses.</exception>
    public Task UploadPiecesAsync(UploadSource source, Func<long, long, HttpRequestMessage> make, CancellationToken cancellation) => Parallel.ForEachAsync(
        source.Pieces(Piece),
        new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation },
        async (piece, stop) => await UploadAsync(() => make(piece.Offset, piece.Length), stop).ConfigureAwait(false));

    /// <summary>A request that gives access, with a document.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">Where to.</param>
    /// <param name="document">The document, in JSON; empty for none.</param>
    public HttpRequestMessage Request(HttpMethod method, string address, ReadOnlyMemory<byte> document)
    {
        HttpRequestMessage request = Request(method, address);
        if (!document.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(document);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }

    /// <summary>A request that gives access.</summary>
    public HttpRequestMessage Request(HttpMethod method, string address)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        request.Headers.TryAddWithoutValidation("Accept", "application/json;api-version=6.0-preview.1");
        request.Headers.TryAddWithoutValidation("User-Agent", "quai");
        return request;
    }

    /// <summary>The address of content that a server names.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public static Uri ContentAddress(string? text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        ? url : throw QuaiException.Invalid("the gha cache names no address for an entry");

    private static async Task ExpectAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string code = await CodeAsync(response, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Conflict || code.Contains("AlreadyExists", StringComparison.Ordinal) || code == "already_exists")
        {
            throw new EntryExistsException(CacheHttp.Failure(response, code));
        }

        throw CacheHttp.Failure(response, code);
    }

    private static async Task<string> CodeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            byte[] bytes = await BlobReceipt.ReadAsync(response, LargestAnswer, "the answer", cancellation).ConfigureAwait(false);

            // Some of GitHub's answers begin with a mark of their byte order.
            ActionsFault? fault = JsonSerializer.Deserialize(bytes.AsSpan(bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? 3 : 0), ActionsJson.Default.ActionsFault);
            return fault?.TypeKey ?? fault?.Code ?? "";
        }
        catch (Exception e) when (e is JsonException or QuaiException)
        {
            return "";
        }
    }
}
