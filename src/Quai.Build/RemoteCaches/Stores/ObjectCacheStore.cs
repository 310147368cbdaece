using System.Security.Cryptography;
using Quai.Build.RemoteCaches.Objects;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches.Stores;

/// <summary>A cache in a store of objects, such as Amazon's S3: an object for each blob, and one for each name of the cache.</summary>
/// <param name="settings">Where it is.</param>
/// <param name="http">Sends requests.</param>
/// <param name="blobs">The store of blobs.</param>
/// <param name="time">The clock.</param>
internal sealed class ObjectCacheStore(ObjectSettings settings, CacheHttp http, BlobStore blobs, TimeProvider time) : ICacheStore
{
    private readonly ObjectClient _client = new(http, settings, time);

    /// <inheritdoc/>
    public string Title => "exporting cache to Amazon S3";

    /// <inheritdoc/>
    public string Name => $"s3://{settings.Bucket}/{settings.ManifestsPrefix}{settings.Names[0]}";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CacheGraph>> ReadAsync(CancellationToken cancellation)
    {
        List<CacheGraph> found = [];
        foreach (string name in settings.Names)
        {
            await using OpenedBlob? document = await _client.OpenAsync(settings.ManifestsPrefix + name, 0, cancellation).ConfigureAwait(false);
            if (document is not null)
            {
                found.Add(CacheDocuments.Read(await BlobReceipt.ReadAsync(document.Content, CacheDocuments.Largest, $"the cache {name}", cancellation).ConfigureAwait(false)));
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public Task FetchAsync(Descriptor blob, Lease lease, IStepProgress progress, CancellationToken cancellation) => BlobReceipt.TakeAsync(
        blobs,
        blob,
        lease,
        async (offset, stop) => await _client.OpenAsync(NameOf(blob), offset, stop).ConfigureAwait(false) ?? throw QuaiException.NotFound($"blob {blob.Digest} is not in the cache {Name}"),
        progress,
        cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> WriteAsync(CacheGraph graph, Lease lease, IStepProgress progress, CancellationToken cancellation)
    {
        await Parallel.ForEachAsync(
            graph.Layers.Select(l => l.Blob).DistinctBy(b => b.Digest),
            new ParallelOptions { MaxDegreeOfParallelism = settings.UploadParallelism, CancellationToken = cancellation },
            async (blob, stop) => await KeepAsync(blob, progress, stop).ConfigureAwait(false)).ConfigureAwait(false);

        // The names last: what they name is there then.
        byte[] document = CacheDocuments.Write(graph);
        string hash = Convert.ToHexStringLower(SHA256.HashData(document));
        foreach (string name in settings.Names)
        {
            string title = $"writing cache {name}";
            progress.Report(title, 0, document.Length, isComplete: false);
            await _client.WriteAsync(settings.ManifestsPrefix + name, UploadSource.Of(document), hash, cancellation).ConfigureAwait(false);
            progress.Report(title, document.Length, document.Length, isComplete: true);
        }

        return new Dictionary<string, string>();
    }

    private async Task KeepAsync(Descriptor blob, IStepProgress progress, CancellationToken cancellation)
    {
        ObjectStatus? there = await _client.FindAsync(NameOf(blob), cancellation).ConfigureAwait(false);
        if (there?.Size == blob.Size)
        {
            if (there.ModifiedAt is { } modified && time.GetUtcNow() - modified > settings.TouchRefresh)
            {
                await _client.TouchAsync(NameOf(blob), cancellation).ConfigureAwait(false);
            }

            return;
        }

        string title = $"writing layer {blob.Digest}";
        progress.Report(title, 0, blob.Size, isComplete: false);
        Digest digest = Digest.Parse(blob.Digest);
        string path = await blobs.LocateAsync(digest, cancellation).ConfigureAwait(false);
        await _client.WriteAsync(
            NameOf(blob), UploadSource.OfFile(path), digest.Algorithm == "sha256" ? digest.Hex : RequestSignature.Unsigned, cancellation).ConfigureAwait(false);
        progress.Report(title, blob.Size, blob.Size, isComplete: true);
    }

    private string NameOf(Descriptor blob) => settings.BlobsPrefix + blob.Digest;
}
