using Microsoft.Extensions.Logging;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Engine.Execs;
using Quai.Images;
using Quai.Metadata;
using Quai.Networks;
using Quai.Runtime;
using Quai.Volumes;

namespace Quai.Engine.Containers;

/// <summary>The engine's containers. One operation a file; what they share is here.</summary>
internal sealed partial class ContainerService(
    EngineOptions options,
    EnginePaths paths,
    MetadataDatabase database,
    IImageStore images,
    INetworkService networks,
    VolumeStore volumes,
    IContainerRuntime runtime,
    ContainerRegistry registry,
    Launcher launcher,
    EventHub events,
    TimeProvider time,
    ILogger<ContainerService> logger) : IContainers, IContainerFiles
{
    private volatile bool _stopping;

    /// <summary>Further processes; set once by the engine, since the two know each other.</summary>
    public ExecService Execs { get; set; } = null!;

    /// <summary>All containers.</summary>
    public ContainerRegistry Registry => registry;

    /// <inheritdoc/>
    public IReadOnlyList<(string ContainerId, bool Running)> UsersOfImage(string imageId) =>
        [.. registry.All().Where(c => c.ImageId == imageId).Select(c => (c.Id, c.State.IsRunning))];

    internal void Publish(Container container, string action, params ReadOnlySpan<(string Name, string Value)> more) =>
        events.Publish("container", action, container.Id, container.EventAttributes(more));

    private Task PersistAsync(Container container) => database.WriteAsync(connection => ContainerTable.UpdateState(connection, container));

    // For states that recovery finds out by itself when the write did not come to pass.
    private void PersistLater(Container container) => Observe(Task.Run(() => PersistAsync(container)), container.Id, "record the state");

    private void Observe(Task task, string id, string what) => _ = task.ContinueWith(
        t => LogBackgroundFailure(logger, what, id, t.Exception!.InnerException!),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    [LoggerMessage(LogLevel.Error, "Failed to {What} of container {Id}")]
    private static partial void LogBackgroundFailure(ILogger logger, string what, string id, Exception error);

    [LoggerMessage(LogLevel.Warning, "Container {Id} could not be restarted: {Reason}")]
    private static partial void LogRestartFailure(ILogger logger, string id, string reason);
}
