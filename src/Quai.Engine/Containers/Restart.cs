using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task RestartAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        if (container.State.IsRunning)
        {
            int number = ParseStopSignal(container, signal);
            container.BeingRestarted = true;
            try
            {
                await StopRunAsync(container, number, timeoutSeconds, byUser: false, cancellation).ConfigureAwait(false);
            }
            catch
            {
                container.BeingRestarted = false;
                throw;
            }

            Publish(container, "stop");
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
                await StartLockedAsync(container, byPolicy: false).ConfigureAwait(false);
            }
        }

        Publish(container, "restart");
    }
}
