using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Stops a container, if it is running, and starts it.</summary>
internal sealed class RestartContainer(ContainerRegistry registry, ContainerStopper stopper, ContainerSupervisor supervisor, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.RestartAsync"/>
    public async Task RunAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        if (container.State.IsRunning)
        {
            int number = ContainerStopper.SignalOf(container, signal);
            container.BeingRestarted = true;
            try
            {
                await stopper.StopAsync(container, number, timeoutSeconds, byUser: false, cancellation).ConfigureAwait(false);
            }
            catch
            {
                container.BeingRestarted = false;
                throw;
            }

            events.Publish(container, "stop");
        }

        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            container.BeingRestarted = false;
            if (container.State.Status == ContainerStatus.Removing)
            {
                throw QuaiException.Conflict("container is marked for removal and cannot be started");
            }

            if (!container.State.IsRunning)
            {
                await supervisor.StartAsync(container).ConfigureAwait(false);
            }
        }

        events.Publish(container, "restart");
    }
}
