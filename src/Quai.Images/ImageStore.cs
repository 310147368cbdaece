using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Errors;
using Quai.Images.Assembly;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Pulls;
using Quai.Images.Pushes;
using Quai.Images.Registry;
using Quai.Images.Snapshots;
using Quai.Images.Trust;
using Quai.Linux.Modes;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>
/// The store of images in one folder: <c>content/</c> (blobs as they came), <c>snapshots/</c> (layers and containers' writable
/// directories, by number) and <c>trash/</c>. Names and references are in the metadata database. Needs to be root.
/// </summary>
public sealed partial class ImageStore : IImageStore, IRegistries, ISignatures, IAsyncDisposable
{
    /// <summary>How often it is looked for what unfinished pulls left too long ago.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);

    private readonly MetadataDatabase _database;
    private readonly ImageStoreOptions _options;
    private readonly ILogger _logger;
    private readonly CollectionGate _gate = new();
    private readonly Leases _leases = new();
    private readonly BlobStore _blobs;
    private readonly SnapshotStore _snapshots;
    private readonly ImageCatalog _catalog;
    private readonly ImageAssembler _assembler;
    private readonly PullServices _pulls;
    private readonly PushServices _pushes;
    private readonly ITimer _sweeping;

    private ImageStore(string root, MetadataDatabase database, ImageStoreOptions options, ILogger logger)
    {
        _database = database;
        _options = options;
        _logger = logger;
        _blobs = new BlobStore(root, database, _gate);
        _snapshots = new SnapshotStore(root, database, _gate, logger);
        _catalog = new ImageCatalog(database, _snapshots.Folder);
        _assembler = new ImageAssembler(database, _blobs, _snapshots, _catalog, options);
        _pulls = new PullServices(new RegistryClient(options), database, _blobs, _snapshots, _catalog, _assembler, options);
        _pushes = new PushServices(_pulls.Client, database, _blobs, _catalog, _pulls.Repositories, options);
        _sweeping = options.Time.CreateTimer(_ => _ = SweepUnfinishedQuietlyAsync(), null, SweepInterval, SweepInterval);
        _leases.Deferred = CollectSoon;
    }

    /// <summary>The tables that the store needs in the database it is given.</summary>
    public static IReadOnlyList<Migration> Migrations => [.. Schema.Migrations, .. RegistrySchema.Migrations, .. TrustSchema.Migrations];

    /// <inheritdoc/>
    public event Action<string, string, string>? Changed;

    /// <summary>Opens the store, making its folders. <see cref="RecoverAsync"/> is the caller's next step.</summary>
    /// <param name="root">Its folder, of its own; an absolute path.</param>
    /// <param name="database">With <see cref="Migrations"/> applied; stays the caller's.</param>
    /// <param name="options">How to behave.</param>
    /// <param name="logger">Told of what fails in the background.</param>
    public static ImageStore Open(string root, MetadataDatabase database, ImageStoreOptions options, ILogger? logger = null)
    {
        PrivateFolder.Make(root);
        return new ImageStore(root, database, options, logger ?? NullLogger.Instance);
    }

    /// <inheritdoc/>
    public Image Resolve(string reference, Platform? platform = null) => _catalog.Find(reference, platform).Image;

    /// <inheritdoc/>
    public IReadOnlyList<Image> ResolveAll(string reference) => [.. _catalog.FindAll(reference).Select(i => i.Image)];

    /// <inheritdoc/>
    public IReadOnlyList<Image> List() => [.. _catalog.All.Select(i => i.Image)];

    /// <inheritdoc/>
    public Task<Image> PullAsync(string reference, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation) =>
        PullOneAsync(reference, new PullOptions { Platform = platform }, auth, progress, cancellation);

    /// <inheritdoc/>
    public async Task TagAsync(string source, string repository, string? tag, CancellationToken cancellation)
    {
        ImageName name = TagOf(repository, tag);

        // Of several platforms' images each gets the name.
        string[] ids = [.. _catalog.FindAll(source).Select(i => i.Image.Id)];
        bool named = await _database.WriteAsync(c => NameTable.Share(c, ids, name, _options.Time.GetUtcNow()), cancellation).ConfigureAwait(false);
        if (!named)
        {
            throw new ImageNotFoundException(source);
        }

        _catalog.Reload();
        Changed?.Invoke("tag", ids[0], name.Reference.Familiar);
    }

    /// <summary>The name that users mean by a repository, which may have a tag, and a tag besides.</summary>
    private static ImageName TagOf(string repository, string? tag)
    {
        ImageReference name = ImageReference.Parse(repository);
        if (name.Digest is null && tag is { Length: > 0 })
        {
            name = name with { Tag = ImageReference.IsTag(tag) ? tag : throw QuaiException.Invalid("invalid tag format") };
        }

        return ImageName.Tag(name.WithDefaultTag());
    }

    /// <inheritdoc/>
    public IReadOnlyList<ImageHistory> History(string reference, Platform? platform = null)
    {
        StoredImage image = _catalog.Find(reference, platform);
        List<ImageHistory> history = [];
        int layer = 0;
        foreach (HistoryEntry entry in image.Image.Config.History ?? [])
        {
            long size = entry.EmptyLayer != true && layer < image.Layers.Count ? image.Layers[layer++].Size : 0;
            history.Add(new ImageHistory("<missing>", entry.Created ?? default, entry.CreatedBy ?? "", [], size, entry.Comment ?? ""));
        }

        history.Reverse();

        // The newest step made this image, the one before it the image that it was made of, as far as these are here.
        StoredImage? maker = image;
        for (int step = 0; step < history.Count && maker is not null; step++)
        {
            history[step] = history[step] with { Id = maker.Image.Id, Tags = maker.Image.RepoTags };
            maker = _catalog.ById(maker.Image.Parent);
        }

        return history;
    }

    /// <inheritdoc/>
    public Task<Snapshot> PrepareSnapshotAsync(string key, string imageId, CancellationToken cancellation) =>
        _snapshots.PrepareAsync(key, _catalog.ById(imageId) ?? throw new ImageNotFoundException(imageId), cancellation);

    /// <inheritdoc/>
    public Snapshot GetSnapshot(string key) => _snapshots.Get(key);

    /// <inheritdoc/>
    public async Task RemoveSnapshotAsync(string key, CancellationToken cancellation)
    {
        if (await _snapshots.RemoveAsync(key, cancellation).ConfigureAwait(false))
        {
            await CollectQuietlyAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<long> SnapshotSizeAsync(string key, CancellationToken cancellation) => _snapshots.SizeAsync(key, cancellation);

    /// <inheritdoc/>
    public async Task RecoverAsync(IReadOnlySet<string> containers, CancellationToken cancellation)
    {
        foreach ((string id, string name) in await _database.WriteAsync(NameTable.Sweep, cancellation).ConfigureAwait(false))
        {
            LogNameRemoved(_logger, name, id);
        }

        await _snapshots.RecoverAsync(containers, cancellation).ConfigureAwait(false);
        await CollectAsync(static (_, _) => { }, measure: false, cancellation).ConfigureAwait(false);
        _blobs.Sweep();
        await SweepUnfinishedAsync(all: false, cancellation).ConfigureAwait(false);
        _catalog.Reload();
    }

    /// <summary>Ends downloads' connections and waits for files that are being deleted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweeping.DisposeAsync().ConfigureAwait(false);
        _pulls.Dispose();
        _pushes.Dispose();
        _leases.Deferred = null;
        await _collecting.ConfigureAwait(false);
        await _snapshots.DisposeAsync().ConfigureAwait(false);
        _assembler.Dispose();
        _gate.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the name {Name} is taken from image {Id}: the image did not come by that name")]
    private static partial void LogNameRemoved(ILogger logger, string name, string id);
}
