using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task PauseAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            switch (container.State.Status)
            {
                case ContainerStatus.Paused:
                    throw QuaiException.Conflict($"Container {container.Id} is already paused");
                case ContainerStatus.Restarting:
                    throw QuaiException.Conflict($"Container {container.Id} is restarting, wait until the container is running");
                case ContainerStatus.Running:
                    break;
                default:
                    throw NotRunning(container);
            }

            await PauseLockedAsync(container, held: false, cancellation).ConfigureAwait(false);
        }
    }

    private async Task PauseLockedAsync(Container container, bool held, CancellationToken cancellation)
    {
        await CgroupTree.Open(container.Run!.CgroupsPath).FreezeAsync(cancellation).ConfigureAwait(false);
        container.Machine.Paused(held);
        await PersistAsync(container).ConfigureAwait(false);
        Publish(container, "pause");
    }

    /// <inheritdoc/>
    public async Task UnpauseAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status != ContainerStatus.Paused)
            {
                throw QuaiException.Conflict($"Container {container.Id} is not paused");
            }

            await UnpauseLockedAsync(container, container.Run!).ConfigureAwait(false);
        }
    }

    private async Task UnpauseLockedAsync(Container container, ContainerRun run)
    {
        await CgroupTree.Open(run.CgroupsPath).ThawAsync(CancellationToken.None).ConfigureAwait(false);
        container.Machine.Unpaused();
        PersistLater(container);
        Publish(container, "unpause");
    }

    internal static QuaiException NotRunning(Container container) => QuaiException.Conflict($"container {container.Id} is not running");
}
