using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Freezes all processes of a container.</summary>
internal sealed class PauseContainer(ContainerRegistry registry, ContainerFreezer freezer)
{
    /// <inheritdoc cref="IContainers.PauseAsync"/>
    public async Task RunAsync(string id, CancellationToken cancellation)
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
                    throw ContainerErrors.NotRunning(container);
            }

            await freezer.FreezeAsync(container, held: false, cancellation).ConfigureAwait(false);
        }
    }
}
