using Quai.Build.Solving.Sharing;
using Quai.Build.Solving.Keys;
using Quai.Build.Steps.Programs;
using Quai.Build.Steps.Files;
using System.Collections.Concurrent;
using Quai.Build.Caching;
using Quai.Build.Contexts;
using Quai.Build.Execution;
using Quai.Build.Exporting;
using Quai.Build.Exporting.Images;
using Quai.Build.Frontends;
using Quai.Build.History;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Reasons;
using Quai.Build.RemoteCaches;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Sources;
using Quai.Build.Sources.Git;
using Quai.Build.Sources.Web;
using Quai.Build.Sources.Layouts;
using Quai.Build.Steps;
using Quai.Content;
using Quai.Errors;
using Quai.Images;
using Quai.Metadata;

namespace Quai.Build;

/// <summary>The builder: everything that builds share, put together in the order in which the parts need each other.</summary>
public sealed class Builder : IBuilder, IDisposable
{
    // A client's request for a build's progress may overtake the build itself.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly BuildParts _parts;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<IBuildJob>> _jobs = new();
    private readonly ContextStore _contexts;
    private readonly CacheCollection _collection;

    private Builder(BuildParts parts, ContextStore contexts, CacheCollection collection) => (_parts, _contexts, _collection) = (parts, contexts, collection);

    /// <summary>What earlier builds have left.</summary>
    public required IBuildCache Cache { get; init; }

    /// <summary>The builds that have ended.</summary>
    public required IBuildHistory History { get; init; }

    /// <summary>The tables that the database must have, behind those of content.</summary>
    public static IReadOnlyList<Migration> Migrations => [.. CacheSchema.Migrations, .. HistorySchema.Migrations, .. ReasonSchema.Migrations];

    /// <summary>Puts a builder together, and forgets what a crash left half made.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="database">With <see cref="Migrations"/> applied.</param>
    /// <param name="images">Where builds begin and what they make; with <see cref="BuildOwnership"/> among the owners of its content.</param>
    /// <param name="sessions">The clients.</param>
    /// <param name="runner">Runs programs.</param>
    /// <param name="frontends">The frontends that are built in.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Builder> OpenAsync(
        BuilderOptions options,
        MetadataDatabase database,
        ImageServices images,
        IBuildSessions sessions,
        IStepRunner runner,
        IReadOnlyList<IFrontend> frontends,
        CancellationToken cancellation)
    {
        ContentStore content = images.Content;
        var layers = new LayerStore(content, database, options.Time);
        var records = new CacheRecords(database, layers, options.Time);
        await records.RecoverAsync(cancellation).ConfigureAwait(false);
        var kept = new KeptLayers(layers, database);
        var contexts = new ContextStore(layers, kept);
        var bases = new BaseImages(images.Images);
        var folders = new CacheMounts(options.CacheFolder, options.ChosenCacheFolders, layers);
        var mounts = new StepMounts(options.SecretFolder, folders, layers);
        var uses = new LayerUses();
        var stores = new CacheStores(images.Registries, images.Publishing, content.Blobs, options.Proxy, options.Time);
        var parts = new BuildParts(
            new SourceKinds(
                [
                    new ImageSource(bases, content, layers), new LocalSource(contexts, sessions), new WebSource(new WebClient(options.Proxy), layers, kept),
                    new GitSource(layers, kept, options.SecretFolder), new LayoutSource(content, layers),
                ]),
            bases,
            new StepKeys(records, contexts),
            records,
            new SharedRuns(),
            new StepRunners(new FileStep(layers), new ExecStep(layers, runner, mounts, options.Devices), layers, options.MaxParallelism),
            Exporters(options, images, layers))
        {
            Programs = new FrontendPrograms(layers, mounts, runner),
            Frontends = frontends,
            Layers = layers,
            Nearby = new NearbyNames(sessions),
            Devices = options.Devices,
            Folders = folders,
            CacheStores = stores,
            CacheExports = new CacheExports(stores, new CacheGraphs(layers, images.Publishing), content.Leases),
            Imports = (session, begin, stopped) => new ImportedCaches(stores, content, layers, session, begin, stopped),
            Uses = uses,
            Collector = content.Collector,
            Reasons = new StepReasons(database, options.Time),
            Time = options.Time,
            Entitlements = options.Entitlements,
        };
        var cache = new BuildCache(database, content.Collector, uses, folders, content.Snapshots.Folder, options.Time);
        return new Builder(parts, contexts, new CacheCollection(cache, options.Policies, options.PolicyPause, options.Log))
        {
            Cache = cache,
            History = new BuildHistory(database, content, options),
        };
    }

    /// <inheritdoc/>
    public IBuildJob Begin(BuildJobOptions options)
    {
        var job = new BuildJob(_parts, options, j =>
        {
            _jobs.TryRemove(j.Id, out _);
            if (!options.IsInternal)
            {
                _collection.Ask();
            }
        });
        TaskCompletionSource<IBuildJob> entry = _jobs.GetOrAdd(options.Id, _ => NewEntry());
        return entry.TrySetResult(job) ? job : throw QuaiException.Conflict($"there is a build {options.Id} already");
    }

    /// <inheritdoc/>
    public async Task<IBuildJob> GetAsync(string id, CancellationToken cancellation)
    {
        TaskCompletionSource<IBuildJob> entry = _jobs.GetOrAdd(id, _ => NewEntry());
        try
        {
            return await entry.Task.WaitAsync(s_patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            if (!entry.Task.IsCompleted)
            {
                _jobs.TryRemove(new KeyValuePair<string, TaskCompletionSource<IBuildJob>>(id, entry));
            }

            throw QuaiException.NotFound($"no such job {id}", e);
        }
    }

    /// <summary>Gives up what it holds in memory only to be fast. Builds may go on meanwhile.</summary>
    public void Rest() => _contexts.Forget();

    /// <inheritdoc/>
    public void Dispose()
    {
        _collection.Dispose();
        _parts.Steps.Dispose();
        _parts.CacheStores.Dispose();
        _parts.Sources.Dispose();
    }

    private static Exports Exporters(BuilderOptions options, ImageServices images, LayerStore layers)
    {
        ContentStore content = images.Content;
        var composer = new ImageComposer(layers, content.Blobs, images.Publishing);
        var pushes = new ImagePushes(images.Registries, images.Publishing, content.Blobs);
        return new Exports(
            [
                new ImageExporter(images.Images, composer, pushes, content.Leases),
                new ArchiveExporter(composer, content.Blobs, content.Leases, isForDocker: false),
                new ArchiveExporter(composer, content.Blobs, content.Leases, isForDocker: true),
                new LocalExporter(),
                new TarExporter(options.MountPoint),
            ],
            content.Blobs);
    }

    private static TaskCompletionSource<IBuildJob> NewEntry() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
