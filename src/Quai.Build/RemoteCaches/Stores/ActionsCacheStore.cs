using System.Text;
using Quai.Build.RemoteCaches.Actions;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches.Stores;

/// <summary>A cache among those of GitHub's Actions: an entry for each blob, and one for the cache in each branch.</summary>
/// <param name="settings">Which it is.</param>
/// <param name="http">Sends requests.</param>
/// <param name="keys">Lists what is there.</param>
/// <param name="blobs">The store of blobs.</param>
/// <param name="pause">How long it waits for somebody else who is about to write the cache.</param>
internal sealed class ActionsCacheStore(ActionsSettings settings, CacheHttp http, ActionsKeys keys, BlobStore blobs, TimeSpan pause) : ICacheStore
{
    private const string BlobPrefix = "buildkit-blob-1-";

    private readonly ActionsClient _client = new(http, settings);

    /// <inheritdoc/>
    public string Title => "exporting to GitHub Actions Cache";

    /// <inheritdoc/>
    public string Name => "gha:" + settings.Scope;

    /// <inheritdoc/>
    public Task<IReadOnlyList<CacheGraph>> ReadAsync(CancellationToken cancellation) => InTimeAsync<IReadOnlyList<CacheGraph>>(
        async stop =>
        {
            List<CacheGraph> found = [];
            foreach (ActionsScope scope in settings.Token.Scopes)
            {
                if (await IndexOf(scope).FindAsync(stop).ConfigureAwait(false) is { } entry)
                {
                    await using OpenedBlob document = await _client.OpenAsync(entry, 0, stop).ConfigureAwait(false);
                    found.Add(CacheDocuments.Read(await BlobReceipt.ReadAsync(document.Content, CacheDocuments.Largest, $"the cache {Name}", stop).ConfigureAwait(false)));
                }
            }

            return found;
        },
        cancellation);

    /// <inheritdoc/>
    public Task FetchAsync(Descriptor blob, Lease lease, IStepProgress progress, CancellationToken cancellation) => InTimeAsync(
        async stop =>
        {
            ActionsEntry entry = await _client.FindAsync(BlobPrefix + blob.Digest, stop).ConfigureAwait(false) ?? throw QuaiException.NotFound($"blob {blob.Digest} is not in the cache {Name}");
            await BlobReceipt.TakeAsync(blobs, blob, lease, (offset, t) => _client.OpenAsync(entry, offset, t), progress, stop).ConfigureAwait(false);
            return entry;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> WriteAsync(CacheGraph graph, Lease lease, IStepProgress progress, CancellationToken cancellation) =>
        InTimeAsync<IReadOnlyDictionary<string, string>>(
            async stop =>
            {
                ActionsScope scope = settings.Token.Writable
                    ?? throw new QuaiException(ErrorKind.Forbidden, $"the token for the cache {Name} at {CacheHttp.Shown(new Uri(settings.Address))} lets it be read only");
                IReadOnlySet<string>? there = await keys.ListAsync(BlobPrefix, stop).ConfigureAwait(false);
                foreach (Descriptor blob in graph.Layers.Select(l => l.Blob).DistinctBy(b => b.Digest))
                {
                    await KeepAsync(blob, there, progress, stop).ConfigureAwait(false);
                }

                // The index last: what it names is there then.
                const string title = "writing cache index";
                byte[] document = CacheDocuments.Write(graph);
                progress.Report(title, 0, document.Length, isComplete: false);
                await IndexOf(scope).SaveAsync(UploadSource.Of(document), stop).ConfigureAwait(false);
                progress.Report(title, document.Length, document.Length, isComplete: true);
                return new Dictionary<string, string>();
            },
            cancellation);

    private async Task KeepAsync(Descriptor blob, IReadOnlySet<string>? there, IStepProgress progress, CancellationToken cancellation)
    {
        string key = BlobPrefix + blob.Digest;
        if (there?.Contains(key) ?? await _client.FindAsync(key, cancellation).ConfigureAwait(false) is not null)
        {
            return;
        }

        string title = $"writing layer {blob.Digest}";
        progress.Report(title, 0, blob.Size, isComplete: false);

        string path = await blobs.LocateAsync(Digest.Parse(blob.Digest), cancellation).ConfigureAwait(false);

        // Whether this one or somebody else keeps it: it is the same blob.
        _ = await _client.Protocol.SaveAsync(key, UploadSource.OfFile(path), cancellation).ConfigureAwait(false);
        progress.Report(title, blob.Size, blob.Size, isComplete: true);
    }

    private ActionsIndex IndexOf(ActionsScope scope) => new(_client.Protocol, $"index-{settings.Scope}-1-{Digest.Of(Encoding.UTF8.GetBytes(scope.Scope)).Hex[..8]}", pause);

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(settings.Timeout);
        try
        {
            return await work(time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new QuaiException(ErrorKind.Unavailable, $"the cache {Name} at {CacheHttp.Shown(new Uri(settings.Address))} took longer than {settings.Timeout.TotalSeconds} seconds", e);
        }
    }
}
