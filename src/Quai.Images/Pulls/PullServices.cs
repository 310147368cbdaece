using System.Collections.Concurrent;
using Quai.Images.Assembly;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Registry;
using Quai.Images.Snapshots;
using Quai.Images.Trust;
using Quai.Metadata;

namespace Quai.Images.Pulls;

/// <summary>What all pulls share: the parts of the store, and how many downloads run at once.</summary>
internal sealed class PullServices(
    RegistryClient client, MetadataDatabase database, BlobStore blobs, SnapshotStore snapshots, ImageCatalog catalog, ImageAssembler assembler, ImageStoreOptions options)
    : IDisposable
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _downloading = new();

    public RegistryClient Client => client;

    public MetadataDatabase Database => database;

    public BlobRepositories Repositories { get; } = new(database, options.Time);

    public BlobStore Blobs => blobs;

    public SnapshotStore Snapshots => snapshots;

    public ImageCatalog Catalog => catalog;

    public ImageAssembler Assembler => assembler;

    public ImageStoreOptions Options => options;

    public TrustGate Trust { get; } = new(database, blobs, options.PolicyFile);

    /// <summary>Until when a blob that is put in place now waits for its image.</summary>
    public DateTimeOffset KeepUntil() => options.Time.GetUtcNow() + options.UnfinishedLifetime;

    /// <summary>Taken while a layer is downloaded.</summary>
    public SemaphoreSlim Downloads { get; } = new(options.MaxConcurrentDownloads, options.MaxConcurrentDownloads);

    /// <summary>Taken by the one pull that downloads a blob; others that want it too wait, and then find it.</summary>
    public SemaphoreSlim TurnFor(string digest) => _downloading.GetOrAdd(digest, _ => new SemaphoreSlim(1, 1));

    public void Dispose()
    {
        Downloads.Dispose();
        client.Dispose();
    }
}
