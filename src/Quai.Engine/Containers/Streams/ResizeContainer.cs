using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Streams;

/// <summary>Sets the size of a container's terminal.</summary>
internal sealed class ResizeContainer(ContainerRegistry registry, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.ResizeAsync"/>
    public async Task RunAsync(string id, ushort rows, ushort columns, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ContainerRun run = container.Run ?? throw ContainerErrors.NotRunning(container);
        if (container.Spec.Program.Terminal)
        {
            await run.Shim.ResizeAsync(null, rows, columns, cancellation).ConfigureAwait(false);
        }

        events.Publish(container, "resize", ("height", rows.ToString()), ("width", columns.ToString()));
    }
}
