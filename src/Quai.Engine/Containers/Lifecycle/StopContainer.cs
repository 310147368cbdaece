using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Stops a container: its stop signal, then SIGKILL if it does not end in time.</summary>
internal sealed class StopContainer(ContainerRegistry registry, ContainerStopper stopper, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.StopAsync"/>
    public async Task RunAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        if (!container.State.IsRunning)
        {
            throw new QuaiException(ErrorKind.NotModified, $"container {container.Id} is not running");
        }

        int number = ContainerStopper.SignalOf(container, signal);
        await stopper.StopAsync(container, number, timeoutSeconds, byUser: true, cancellation).ConfigureAwait(false);
        events.Publish(container, "stop");
    }
}
