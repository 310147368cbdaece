using Microsoft.Extensions.Logging;
using Quai.Engine.Containers;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Execs;
using Quai.Engine.Host;
using Quai.Images;
using Quai.Metadata;
using Quai.Networks;
using Quai.Runtime;
using Quai.Volumes;

namespace Quai.Engine;

/// <summary>One engine: everything that a daemon serves, put together.</summary>
public sealed class Engine : IAsyncDisposable
{
    private readonly ContainerService _containers;

    private Engine(ContainerService containers, ExecService execs, EventHub events, VolumeStore volumes, IImageStore images, INetworkService networks, SystemService system)
    {
        _containers = containers;
        Execs = execs;
        Events = events;
        Volumes = volumes;
        Images = images;
        Networks = networks;
        System = system;
    }

    /// <summary>The engine's tables: containers and volumes. Images and networks bring their own.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = [.. ContainerTable.Migrations, .. VolumeStore.Migrations];

    /// <summary>Containers.</summary>
    public IContainers Containers => _containers;

    /// <summary>Their files.</summary>
    public IContainerFiles Files => _containers;

    /// <summary>Further processes in them.</summary>
    public IExecs Execs { get; }

    /// <summary>The event stream.</summary>
    public IEvents Events { get; }

    /// <summary>Volumes.</summary>
    public VolumeStore Volumes { get; }

    /// <summary>Images.</summary>
    public IImageStore Images { get; }

    /// <summary>Networks.</summary>
    public INetworkService Networks { get; }

    /// <summary>What the engine tells of itself.</summary>
    public SystemService System { get; }

    /// <summary>
    /// Opens the engine on its data root and recovers: containers that run are taken up again, those that ended meanwhile show their true exit codes,
    /// what a crash left half done is finished or undone, and restart policies are applied.
    /// </summary>
    /// <param name="options">The settings.</param>
    /// <param name="database">With <see cref="Migrations"/> and those of images and networks.</param>
    /// <param name="images">Not yet recovered: this does it.</param>
    /// <param name="networks">Not yet recovered: this does it.</param>
    /// <param name="runtime">Starts containers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where failures in the background are told.</param>
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
        foreach (string folder in (ReadOnlySpan<string>)[paths.Containers, paths.Runs, paths.RootFs])
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        var events = new EventHub(time);
        var registry = new ContainerRegistry();
        var volumes = VolumeStore.Open(paths.Volumes, database, time);
        var launcher = new Launcher(options, paths, images, networks, volumes, registry);
        var execs = new ExecService(registry, launcher, events, time, loggers.CreateLogger<ExecService>());
        var containers = new ContainerService(options, paths, database, images, networks, volumes, runtime, registry, launcher, events, time, loggers.CreateLogger<ContainerService>())
        {
            Execs = execs,
        };
        await containers.RecoverAsync(cancellation).ConfigureAwait(false);
        string id = await IdentityAsync(database, cancellation).ConfigureAwait(false);
        images.Changed += (action, imageId, name) => events.Publish("image", action, imageId, new Dictionary<string, string> { ["name"] = name });
        volumes.Changed += (action, volume) => events.Publish("volume", action, volume.Name, new Dictionary<string, string> { ["driver"] = "local" });
        return new Engine(containers, execs, events, volumes, images, networks, new SystemService(id, options, containers, images, events, time));
    }

    /// <summary>Stops all containers, each within its time, unless <see cref="EngineOptions.LiveRestore"/>; then nothing new is started.</summary>
    public Task ShutdownAsync(CancellationToken cancellation) => _containers.ShutDownAsync(cancellation);

    /// <summary>Lets go of the containers without stopping them, as a daemon that is killed does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _containers.LetGoAsync().ConfigureAwait(false);
        Volumes.Dispose();
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
}
