using Microsoft.Extensions.Logging;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Linux.Modes;
using Quai.Metadata;

namespace Quai.Content;

/// <summary>
/// All content in one folder: <c>content/</c> (blobs as received), <c>snapshots/</c> (layers and writable directories, by number) and <c>trash/</c>. It serves
/// any code that creates containers' roots; what the blobs and layers belong to is their owners' concern. Requires root.
/// </summary>
public sealed class ContentStore : IAsyncDisposable
{
    private ContentStore(string root, MetadataDatabase database, IReadOnlyList<IContentOwner> owners, ContentOptions options, ILogger logger)
    {
        Blobs = new BlobStore(root, database, Gate);
        Snapshots = new SnapshotStore(root, database, Gate, logger);
        Layers = new LayerStore(Blobs, Snapshots, options);
        Collector = new ContentCollector(database, Blobs, Snapshots, Leases, Gate, owners, logger);
        Work = new LeasedWork(Leases, Collector);
        Differences = new LayerCommit(Blobs, Snapshots, Layers);
        Packing = new LayerPacking(database, Blobs, Snapshots, Layers, Leases);
        Blobs.Maker = Packing;
    }

    /// <summary>The tables that the store needs in its database; they come before those of its owners, which refer to them.</summary>
    public static IReadOnlyList<Migration> Migrations => ContentSchema.Migrations;

    /// <summary>Held briefly while something is looked up for use, or is removed.</summary>
    public CollectionGate Gate { get; } = new();

    /// <summary>What operations in progress hold.</summary>
    public Leases Leases { get; } = new();

    /// <summary>Blobs by digest.</summary>
    public BlobStore Blobs { get; }

    /// <summary>Directories to mount.</summary>
    public SnapshotStore Snapshots { get; }

    /// <summary>Unpacked layers.</summary>
    public LayerStore Layers { get; }

    /// <summary>Makes layers from what was written to snapshots.</summary>
    public LayerCommit Differences { get; }

    /// <summary>Packs unpacked layers.</summary>
    public LayerPacking Packing { get; }

    /// <summary>Removes what nobody owns.</summary>
    public ContentCollector Collector { get; }

    /// <summary>Runs work under its own lease.</summary>
    public LeasedWork Work { get; }

    /// <summary>Opens the store, creating its folders. The caller must call <see cref="RecoverAsync"/> next.</summary>
    /// <param name="root">Its own folder; an absolute path.</param>
    /// <param name="database">With <see cref="Migrations"/> applied; owned by the caller.</param>
    /// <param name="owners">All parts that own content in the database.</param>
    /// <param name="options">Settings.</param>
    /// <param name="logger">Receives failures in the background.</param>
    public static ContentStore Open(string root, MetadataDatabase database, IReadOnlyList<IContentOwner> owners, ContentOptions options, ILogger logger)
    {
        PrivateFolder.Make(root);
        return new ContentStore(root, database, owners, options, logger);
    }

    /// <summary>Runs once at start: sweeps what a crash interrupted, snapshots other than those of <paramref name="writers"/>, and what nobody owns.</summary>
    /// <param name="writers">The keys of the snapshots that are still needed.</param>
    /// <param name="cancellation">Leaves the rest to the next start.</param>
    public async Task RecoverAsync(IReadOnlySet<string> writers, CancellationToken cancellation)
    {
        await Snapshots.RecoverAsync(writers, cancellation).ConfigureAwait(false);
        await Collector.RunAsync(cancellation).ConfigureAwait(false);
        Blobs.Sweep();
    }

    /// <summary>Waits for collections, and for files that are being deleted.</summary>
    public async ValueTask DisposeAsync()
    {
        await Collector.StopAsync().ConfigureAwait(false);
        await Snapshots.DisposeAsync().ConfigureAwait(false);
        Layers.Dispose();
        Packing.Dispose();
        Gate.Dispose();
    }
}
