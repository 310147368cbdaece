using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task KillAsync(string id, string? signal, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        int number;
        try
        {
            number = string.IsNullOrEmpty(signal) ? Signals.Kill : Signals.Parse(signal);
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"cannot kill container: {id}: {e.Message}", e);
        }

        ContainerRun run;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Restarting)
            {
                await CancelRestartAsync(container).ConfigureAwait(false);
                return;
            }

            run = container.Run ?? throw QuaiException.Conflict($"cannot kill container: {id}: container {container.Id} is not running");
            bool stops = number == Signals.Kill || string.IsNullOrEmpty(container.Config.StopSignal) || Signals.Parse(container.Config.StopSignal) == number;
            if (stops)
            {
                await RecordStopAsync(container).ConfigureAwait(false);
                await SignalLockedAsync(container, run, number).ConfigureAwait(false);
            }
            else
            {
                await run.Shim.SignalAsync(number, cancellation).ConfigureAwait(false);
                Publish(container, "kill", ("signal", number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }

        if (number == Signals.Kill)
        {
            await run.Ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
