using Quai.Build.Jobs;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches.Stores;

/// <summary>A cache in a folder of the client, which is an OCI layout.</summary>
internal sealed class ClientCacheStore(CacheReference cache, IBuildSession? session, BlobStore blobs) : ICacheStore
{
    private readonly CacheText _text = new(cache);

    /// <inheritdoc/>
    public string Title => "exporting cache to client directory";

    /// <inheritdoc/>
    public string Name => "local:" + _text.Find("digest", _text.Find("src", _text.Find("dest")));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CacheGraph>> ReadAsync(CancellationToken cancellation)
    {
        ClientBlobs content = Open("src");
        Digest digest = Digest.Parse(_text.Required("digest"));
        byte[] bytes = await content.ReadAsync(digest, ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
        return await CacheManifests.ReadAsync(ImageJson.ReadManifest(bytes), (blob, limit) => content.ReadAsync(Digest.Parse(blob.Digest), limit, cancellation)).ConfigureAwait(false) is { } graph
            ? [graph] : [];
    }

    /// <inheritdoc/>
    public Task FetchAsync(Descriptor blob, Lease lease, IStepProgress progress, CancellationToken cancellation) => Open("src").TakeAsync(blobs, blob, lease, progress, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> WriteAsync(CacheGraph graph, Lease lease, IStepProgress progress, CancellationToken cancellation)
    {
        ClientBlobs content = Open("dest");
        Descriptor manifest = await CacheManifests.WriteAsync(graph, usesOciTypes: true, blobs, lease, cancellation).ConfigureAwait(false);
        Descriptor config = ImageJson.ReadManifest(blobs.Read(Digest.Parse(manifest.Digest), ImageJson.MaxManifestSize)).Config!;

        // The manifest last: what it names is there then.
        foreach (Descriptor blob in graph.Layers.Select(l => l.Blob).DistinctBy(b => b.Digest).Append(config).Append(manifest))
        {
            Digest digest = Digest.Parse(blob.Digest);
            string title = $"writing {(blob == manifest ? "cache image manifest" : blob == config ? "config" : "layer")} {digest}";
            progress.Report(title, 0, 0, isComplete: false);
            await content.SendAsync(blobs, digest, cancellation).ConfigureAwait(false);
            progress.Report(title, 0, 0, isComplete: true);
        }

        return CacheManifests.Answer(manifest);
    }

    private ClientBlobs Open(string attribute) =>
        new(session?.OpenContent("local:" + _text.Required(attribute)) ?? throw QuaiException.Invalid("no session of a client has the cache's folder"), "the cache");
}
