using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

/// <content>Killing.</content>
internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task KillAsync(string id, string? signal, CancellationToken cancellation)
    {
        int number = string.IsNullOrEmpty(signal) ? Signals.Kill : Signals.Parse(signal);
        Container container;
        try
        {
            container = registry.Resolve(id);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            throw QuaiException.NotFound($"Cannot kill container: {id}: {e.Message}");
        }

        ContainerRun run;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Restarting && number == Signals.Kill)
            {
                container.Machine.StopRequested();
                await CancelRestartAsync(container).ConfigureAwait(false);
                return;
            }

            run = container.Run ?? throw QuaiException.Conflict($"cannot kill container: {id}: container {container.Id} is not running");

            // Whoever kills by hand does not want the policy to start it again.
            container.Machine.StopRequested();
            await SaveStateAsync(container).ConfigureAwait(false);
            await SignalAsync(container, run, number, cancellation).ConfigureAwait(false);
        }

        if (number == Signals.Kill)
        {
            await run.Ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
