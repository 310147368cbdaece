using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Thaws all processes of a container.</summary>
internal sealed class UnpauseContainer(ContainerRegistry registry, ContainerFreezer freezer)
{
    /// <inheritdoc cref="IContainers.UnpauseAsync"/>
    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status != ContainerStatus.Paused)
            {
                throw QuaiException.Conflict($"Container {container.Id} is not paused");
            }

            await freezer.ThawAsync(container, container.Run!).ConfigureAwait(false);
        }
    }
}
