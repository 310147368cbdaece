using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task ResizeAsync(string id, ushort rows, ushort columns, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ContainerRun run = container.Run ?? throw NotRunning(container);
        if (container.Config.Tty)
        {
            await run.Shim.ResizeAsync(null, rows, columns, cancellation).ConfigureAwait(false);
        }

        Publish(container, "resize", ("height", rows.ToString()), ("width", columns.ToString()));
    }
}
