using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers;

/// <content>Restarting by hand.</content>
internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task RestartAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        container.BeingRestarted = true;
        try
        {
            await StopCoreAsync(container, signal, timeoutSeconds, byUser: false, cancellation).ConfigureAwait(false);
            using (await container.Lock.EnterAsync(CancellationToken.None).ConfigureAwait(false))
            {
                if (!container.State.IsRunning)
                {
                    await LaunchAsync(container, byPolicy: false).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            container.BeingRestarted = false;
        }

        Publish(container, "restart");
    }
}
