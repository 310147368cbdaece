using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>The first version of the protocol: entries are reserved, sent in pieces, and committed.</summary>
/// <param name="requests">Sends requests.</param>
/// <param name="address">The server, with a slash at the end.</param>
internal sealed class RestProtocol(ActionsRequests requests, string address) : IActionsProtocol
{
    private readonly string _root = address + "_apis/artifactcache/";

    /// <inheritdoc/>
    public async Task<ActionsEntry?> FindAsync(string prefix, CancellationToken cancellation)
    {
        RestEntry? entry = await requests.AskAsync(
            HttpMethod.Get, $"{_root}cache?keys={Uri.EscapeDataString(prefix)}&version={ActionsRequests.Version}", default, ActionsJson.Default.RestEntry, cancellation).ConfigureAwait(false);
        return entry?.CacheKey is { Length: > 0 } key ? new ActionsEntry(key, ActionsRequests.ContentAddress(entry.ArchiveLocation)) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> SaveAsync(string key, UploadSource source, CancellationToken cancellation)
    {
        RestPlace? place;
        try
        {
            byte[] reservation = JsonSerializer.SerializeToUtf8Bytes(new Reservation(key, ActionsRequests.Version), ActionsJson.Default.Reservation);
            place = await requests.AskAsync(HttpMethod.Post, _root + "caches", reservation, ActionsJson.Default.RestPlace, cancellation).ConfigureAwait(false);
        }
        catch (EntryExistsException)
        {
            return false;
        }

        string entry = $"{_root}caches/{(place is { CacheId: > 0 } ? place.CacheId : throw QuaiException.Invalid($"{CacheHttp.Shown(new Uri(_root))}caches names no place for an entry")).ToString(CultureInfo.InvariantCulture)}";
        await requests.UploadPiecesAsync(source, (offset, length) => Piece(entry, source, offset, length), cancellation).ConfigureAwait(false);
        byte[] commit = JsonSerializer.SerializeToUtf8Bytes(new RestCommit(source.Length), ActionsJson.Default.RestCommit);
        await requests.UploadAsync(() => requests.Request(HttpMethod.Post, entry, commit), cancellation).ConfigureAwait(false);
        return true;
    }

    private HttpRequestMessage Piece(string entry, UploadSource source, long offset, long length)
    {
        HttpRequestMessage request = requests.Request(HttpMethod.Patch, entry);
        request.Content = source.Piece(offset, length);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.TryAddWithoutValidation("Content-Range", $"bytes {offset}-{offset + length - 1}/*");
        return request;
    }
}
