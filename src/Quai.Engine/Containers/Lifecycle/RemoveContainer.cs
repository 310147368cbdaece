using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Removes a container.</summary>
internal sealed class RemoveContainer(ContainerRegistry registry, ContainerStopper stopper, ContainerRemoval removal)
{
    /// <inheritdoc cref="IContainers.RemoveAsync"/>
    public async Task RunAsync(string id, bool force, bool volumes, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        if (!force && container.State is { IsRunning: true, Status: var status })
        {
            throw QuaiException.Conflict($"cannot remove container \"/{container.Name}\": container is " + status switch
            {
                ContainerStatus.Paused => "paused and must be unpaused first",
                ContainerStatus.Restarting => "restarting: stop the container before removing or force remove",
                _ => "running: stop the container before removing or force remove",
            });
        }

        if (!removal.Claim(container))
        {
            throw QuaiException.Conflict($"removal of container {container.Id} is already in progress");
        }

        bool removing = false;
        try
        {
            if (container.State.IsRunning)
            {
                await stopper.StopAsync(container, Signals.Kill, null, byUser: true, cancellation).ConfigureAwait(false);
            }

            using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
            {
                if (container.State.IsRunning)
                {
                    throw QuaiException.Conflict($"cannot remove container \"/{container.Name}\": container is running: stop the container before removing or force remove");
                }

                removing = true;
                await removal.RemoveAsync(container, volumes).ConfigureAwait(false);
            }
        }
        finally
        {
            if (!removing)
            {
                removal.Unclaim(container);
            }
        }
    }
}
