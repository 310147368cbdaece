using System.Text.Json;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>The second version of the protocol: the server gives addresses of blobs, to which and from which the content goes.</summary>
/// <param name="requests">Sends requests.</param>
/// <param name="address">The server, with a slash at the end.</param>
internal sealed class TwirpProtocol(ActionsRequests requests, string address) : IActionsProtocol
{
    private readonly string _root = address + "twirp/github.actions.results.api.v1.CacheService/";

    /// <inheritdoc/>
    public async Task<ActionsEntry?> FindAsync(string prefix, CancellationToken cancellation)
    {
        var question = new TwirpQuestion(prefix, [prefix], ActionsRequests.Version);
        TwirpAnswer? answer = await AskAsync("GetCacheEntryDownloadURL", JsonSerializer.SerializeToUtf8Bytes(question, TwirpJson.Default.TwirpQuestion), cancellation).ConfigureAwait(false);
        return answer is { Ok: true, MatchedKey: { Length: > 0 } key } ? new ActionsEntry(key, ActionsRequests.ContentAddress(answer.SignedDownloadUrl)) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> SaveAsync(string key, UploadSource source, CancellationToken cancellation)
    {
        TwirpAnswer? place;
        try
        {
            byte[] reservation = JsonSerializer.SerializeToUtf8Bytes(new Reservation(key, ActionsRequests.Version), ActionsJson.Default.Reservation);
            place = await AskAsync("CreateCacheEntry", reservation, cancellation).ConfigureAwait(false);
        }
        catch (EntryExistsException)
        {
            return false;
        }

        if (place is not { Ok: true })
        {
            throw QuaiException.Invalid($"{CacheHttp.Shown(new Uri(_root))}CreateCacheEntry gives no place for an entry");
        }

        await new BlockUpload(requests, ActionsRequests.ContentAddress(place.SignedUploadUrl)).SendAsync(source, cancellation).ConfigureAwait(false);
        byte[] commit = JsonSerializer.SerializeToUtf8Bytes(new TwirpCommit(key, source.Length, ActionsRequests.Version), TwirpJson.Default.TwirpCommit);
        return await AskAsync("FinalizeCacheEntryUpload", commit, cancellation).ConfigureAwait(false) is { Ok: true }
            ? true : throw QuaiException.Invalid($"{CacheHttp.Shown(new Uri(_root))}FinalizeCacheEntryUpload does not take an entry");
    }

    private Task<TwirpAnswer?> AskAsync(string method, byte[] question, CancellationToken cancellation) =>
        requests.AskAsync(HttpMethod.Post, _root + method, question, TwirpJson.Default.TwirpAnswer, cancellation);
}
