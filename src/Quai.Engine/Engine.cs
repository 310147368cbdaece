using Microsoft.Extensions.Logging;
using Quai.Build.Execution;
using Quai.Engine.Containers;
using Quai.Engine.Containers.Recovering;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Execs;
using Quai.Engine.Host;
using Quai.Engine.Security;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Metadata;
using Quai.Networks;
using Quai.Plugins;
using Quai.Plugins.Discovery;
using Quai.Plugins.Volumes;
using Quai.Runtime;
using Quai.Volumes;

namespace Quai.Engine;

/// <summary>One engine: all parts that a daemon serves.</summary>
public sealed partial class Engine : IAsyncDisposable
{
    private readonly EngineParts _parts;
    private readonly PluginRegistry _plugins;

    private Engine(EngineParts parts, EventHub events, EngineStores stores, PluginRegistry plugins, SystemService system)
    {
        _parts = parts;
        _plugins = plugins;
        Events = events;
        Volumes = stores.Volumes;
        Images = stores.Images;
        Networks = stores.Networks;
        System = system;
    }

    /// <summary>The engine's tables: containers and volumes. Images and networks bring their own.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = [.. ContainerTable.Migrations(DocumentRows.Convert), .. VolumeStore.Migrations];

    /// <summary>Containers.</summary>
    public IContainers Containers => _parts.Containers;

    /// <summary>Their files.</summary>
    public IContainerFiles Files => _parts.Containers;

    /// <summary>Further processes in them.</summary>
    public IExecs Execs => _parts.Execs;

    /// <summary>Runs the programs of build steps.</summary>
    public IStepRunner Steps => _parts.Steps;

    /// <summary>The event stream.</summary>
    public IEvents Events { get; }

    /// <summary>Volumes.</summary>
    public VolumeStore Volumes { get; }

    /// <summary>Images.</summary>
    public IImageStore Images { get; }

    /// <summary>Networks.</summary>
    public INetworkService Networks { get; }

    /// <summary>Information about the engine itself.</summary>
    public SystemService System { get; }

    /// <summary>
    /// Opens the engine on its data root and recovers: reattaches to running containers, records the true exit codes of those that ended meanwhile,
    /// finishes or undoes what a crash left half done, and applies restart policies.
    /// </summary>
    /// <param name="options">The settings.</param>
    /// <param name="database">With <see cref="Migrations"/> and those of images and networks.</param>
    /// <param name="images">Not yet recovered: this does it.</param>
    /// <param name="networks">Not yet recovered: this does it.</param>
    /// <param name="runtime">Starts containers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">For failures in the background.</param>
    /// <param name="cancellation">Leaves a state that the next start recovers.</param>
    public static async Task<Engine> OpenAsync(
        EngineOptions options,
        MetadataDatabase database,
        IImageStore images,
        INetworkService networks,
        IContainerRuntime runtime,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation)
    {
        var paths = new EnginePaths(options);
        foreach (string folder in (ReadOnlySpan<string>)[paths.Containers, paths.Runs, paths.RootFs, paths.SharedMemory])
        {
            PrivateFolder.Make(folder);
        }

        var events = new EventHub(time);
        var plugins = new PluginRegistry(PluginDirectories.Usual, new PluginLimits(), time);
        var volumes = VolumeStore.Open(paths.Volumes, database, new VolumePlugins(plugins), time);
        var stores = new EngineStores(images, networks, volumes);
        var appArmor = new AppArmor(options.AppArmor);
        LoadProfile(appArmor, loggers.CreateLogger<Engine>());
        var parts = EngineParts.Compose(options, paths, database, stores, runtime, events, appArmor, time, loggers);
        await parts.Recovery.RunAsync(cancellation).ConfigureAwait(false);
        string id = await IdentityAsync(database, cancellation).ConfigureAwait(false);
        images.Changed += (action, imageId, name) => events.Publish("image", action, imageId, new Dictionary<string, string> { ["name"] = name });
        volumes.Changed += (action, volume) => events.Publish("volume", action, volume.Name, new Dictionary<string, string> { ["driver"] = volume.Driver });
        return new Engine(parts, events, stores, plugins, new SystemService(id, options, parts.Containers.Registry, images, events, time, appArmor));
    }

    /// <summary>Stops all containers, each within its time, unless <see cref="EngineOptions.LiveRestore"/>; then nothing new is started.</summary>
    public Task ShutdownAsync(CancellationToken cancellation) => _parts.Shutdown.RunAsync(cancellation);

    /// <summary>Detaches from the containers without stopping them, as if the daemon were killed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _parts.Shutdown.DetachAsync().ConfigureAwait(false);
        Volumes.Dispose();
        _plugins.Dispose();
    }

    // As with Docker, the daemon starts all the same: containers that need the profile fail to start, and say why.
    private static void LoadProfile(AppArmor appArmor, ILogger logger)
    {
        if (appArmor.OutOfReach is { } why)
        {
            LogOutOfReach(logger, why);
        }

        try
        {
            if (appArmor.IsOn)
            {
                appArmor.Load();
            }
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            LogNoProfile(logger, e.Message);
        }
    }

    private static Task<string> IdentityAsync(MetadataDatabase database, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            if (connection.Scalar<string>("SELECT id FROM engine_identity") is { } known)
            {
                return known;
            }

            string made = Guid.NewGuid().ToString();
            connection.Run("INSERT INTO engine_identity VALUES ($i)", ("$i", made));
            return made;
        },
        cancellation);

    [LoggerMessage(LogLevel.Error, "{Reason}")]
    private static partial void LogNoProfile(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "AppArmor is enabled in the kernel but containers are not confined by it, since {Reason}")]
    private static partial void LogOutOfReach(ILogger logger, string reason);
}
