using Microsoft.Extensions.Logging;
using Quai.Content;
using Quai.Content.Blobs;
using Quai.Content.Snapshots;
using Quai.Images.Archives;
using Quai.Images.Catalog;
using Quai.Images.Catalog.Indexes;
using Quai.Images.Commits;
using Quai.Images.Containers;
using Quai.Images.Publishing;
using Quai.Images.Pulls;
using Quai.Images.Pushes;
using Quai.Images.Remote;
using Quai.Images.Removal;
using Quai.Images.Trust;
using Quai.Images.Verification;
using Quai.Images.Views;
using Quai.Metadata;
using Quai.Registry;

namespace Quai.Images;

/// <summary>The parts of the image store, put together in dependency order: none knows a later one.</summary>
internal sealed record ImageParts(ContentStore Content, RegistryClient Client, ImageHolds Holds, ImageOperations Images, RegistryOperations Registries, SignatureOperations Signatures, IPublishing Publishing)
    : IAsyncDisposable
{
    private IReadOnlyList<IDisposable> Shared { get; init; } = [];

    /// <summary>Puts them together; nothing is recovered yet.</summary>
    public static ImageParts Compose(string root, MetadataDatabase database, ImageStoreOptions options, ILogger logger)
    {
        // Shared by all.
        TimeProvider time = options.Time;
        var unfinished = new UnfinishedPulls(database, options.UnfinishedLifetime, time);
        ContentStore content = ContentStore.Open(root, database, [new ImageOwnership(), unfinished, .. options.OtherOwners], options.Content, logger);
        BlobStore blobs = content.Blobs;
        SnapshotStore snapshots = content.Snapshots;
        var client = new RegistryClient(options.Registries, time);
        var events = new ImageEvents();
        var catalog = new ImageCatalog(database, snapshots.Folder);
        var holds = new ImageHolds(database, content.Gate);
        var recorder = new ImageRecorder(database, content.Layers, catalog, time);
        var attested = new AttestedIndexes(database, blobs);
        var maker = new ImageMaker(blobs, recorder, time);
        var repositories = new BlobRepositories(database, time);
        var trust = new TrustGate(database, options.PolicyFile);

        // Pulls and pushes.
        var sweep = new SweepUnfinishedPulls(unfinished, blobs, content.Leases, content.Gate, content.Collector, time, logger);
        var downloads = new LayerDownloads(blobs, unfinished, options.MaxConcurrentDownloads);
        var layerPulls = new LayerPulls(downloads, snapshots, content.Layers, time);
        var pulled = new PulledImages(recorder, trust, repositories, unfinished, downloads);
        var pull = new PullImage(
            new Pull(client, catalog, trust, new ManifestPull(catalog, blobs), new ConfigPull(blobs, unfinished), layerPulls, pulled), content.Work, events);
        var packer = new LayerPacker(database, blobs);
        var manifests = new StoredManifests(blobs);
        var contents = new PushContents(database, blobs, manifests, new PackedImages(manifests, packer, blobs, database, catalog, time));
        var uploads = new LayerUploads(blobs, repositories, options.MaxConcurrentUploads);
        var pushes = new Push(client, catalog, holds, contents, uploads, new PushedImages(database, catalog), time);
        var push = new PushImage(pushes, content.Work, content.Collector, events);
        var publishing = new PublishingOperations(new LayerForms(packer, blobs), new PushStored(blobs, manifests, pushes));

        // Operations.
        var removal = new ImageRemoval(content.Collector, catalog, events);
        var tags = new ListTags(client);
        var images = new ImageOperations
        {
            Catalog = catalog,
            Events = events,
            Snapshots = snapshots,
            Admission = new AdmitImage(catalog, trust),
            Pull = pull,
            Load = new LoadImages(blobs, snapshots, content.Layers, recorder, content.Work, events, time),
            Import = new ImportImage(blobs, snapshots, content.Layers, maker, content.Work, events),
            Save = new SaveImages(catalog, new NamedIndexes(blobs), holds, blobs, content.Leases, events),
            Commit = new CommitImage(catalog, holds, blobs, content.Differences, maker, content.Work, events),
            Built = new RecordBuiltImage(maker, attested, events),
            BuiltIndexes = new RecordBuiltIndex(content.Blobs, recorder, attested, events),
            Tag = new TagImage(database, catalog, events, time),
            Remove = new RemoveImage(catalog, removal),
            RemoveUnused = new RemoveUnusedImage(catalog, snapshots, removal),
            DiskUsage = new MeasureDiskUsage(database, blobs, snapshots),
            Verify = new VerifyImages(database, blobs, snapshots, content.Leases, content.Gate, catalog, holds),
            ManifestList = new ListManifests(database, blobs, catalog),
            HistoryView = new ShowHistory(catalog),
            Prepare = new PrepareSnapshot(snapshots),
            SnapshotRemoval = new RemoveSnapshot(snapshots, database, content.Collector),
            Recovery = new RecoverImages(database, content, sweep, catalog, logger),
        };
        var registries = new RegistryOperations
        {
            Pull = pull,
            PullAll = new PullAllTags(tags, pull),
            Push = push,
            Login = new RegistryLogin(client),
            Inspect = new InspectRemoteImage(client),
            Search = new RegistrySearch(client),
            Tags = tags,
            Referrers = new ListReferrers(client),
            Manifest = new FetchManifest(client),
            Index = new PushIndex(client, blobs),
            Artifact = new PushArtifact(client, blobs),
            Blob = new FetchBlob(client),
            Download = new DownloadBlob(client, blobs),
            Sweep = sweep,
        };
        var signatures = new SignatureOperations { List = new ListSignatures(client), Add = new AddSignature(client, blobs) };
        return new ImageParts(content, client, holds, images, registries, signatures, publishing) { Shared = [downloads, client, uploads, packer] };
    }

    public async ValueTask DisposeAsync()
    {
        await Registries.Sweep.DisposeAsync().ConfigureAwait(false);
        foreach (IDisposable part in Shared)
        {
            part.Dispose();
        }

        await Content.DisposeAsync().ConfigureAwait(false);
    }
}
