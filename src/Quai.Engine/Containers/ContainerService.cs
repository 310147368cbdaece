using Microsoft.Extensions.Logging;
using Quai.Engine.Containers.State;
using Quai.Engine.Events;
using Quai.Images;
using Quai.Metadata;
using Quai.Networks;
using Quai.Runtime;
using Quai.Volumes;

namespace Quai.Engine.Containers;

/// <summary>The engine's containers. One verb a file; this one holds what they share.</summary>
internal sealed partial class ContainerService(
    EngineOptions options,
    EnginePaths paths,
    MetadataDatabase database,
    ContainerRegistry registry,
    EventHub events,
    VolumeStore volumes,
    IImageStore images,
    INetworkService networks,
    IContainerRuntime runtime,
    TimeProvider time,
    ILogger<ContainerService> logger) : IContainers
{
    private volatile bool _shuttingDown;

    /// <summary>A container's cgroup, as its runtime configuration names it.</summary>
    private string CgroupsPathOf(Container container)
    {
        string parent = container.HostConfig.CgroupParent.Length > 0 ? container.HostConfig.CgroupParent : options.CgroupParent;
        return $"{(parent.StartsWith('/') ? "" : "/")}{parent.TrimEnd('/')}/{container.Id}";
    }

    /// <summary>Writes a container's state as it is now.</summary>
    private Task SaveStateAsync(Container container) => database.WriteAsync(connection => ContainerTable.UpdateState(connection, container));

    private void Publish(Container container, string action, params ReadOnlySpan<(string Name, string Value)> more) =>
        events.Publish("container", action, container.Id, container.EventAttributes(more));

    [LoggerMessage(Level = LogLevel.Error, Message = "container {Id}: {What} failed")]
    private static partial void LogFailure(ILogger logger, Exception exception, string id, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "container {Id} is lost: its shim died without a record")]
    private static partial void LogLost(ILogger logger, string id);
}
