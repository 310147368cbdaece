using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Sends a signal to a container.</summary>
internal sealed class KillContainer(ContainerRegistry registry, ContainerStopper stopper, RestartWaits restarts, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.KillAsync"/>
    public async Task RunAsync(string id, string? signal, CancellationToken cancellation)
    {
        try
        {
            await KillAsync(registry.Resolve(id), signal, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"cannot kill container: {id}: {e.Message}", e);
        }
    }

    private async Task KillAsync(Container container, string? signal, CancellationToken cancellation)
    {
        int number = string.IsNullOrEmpty(signal) ? Signals.Kill : Signals.Parse(signal);
        ContainerRun run;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Restarting)
            {
                await restarts.CancelAsync(container).ConfigureAwait(false);
                return;
            }

            run = container.Run ?? throw ContainerErrors.NotRunning(container);
            bool stops = number == Signals.Kill || string.IsNullOrEmpty(container.Spec.Program.StopSignal) || container.Spec.Program.StopSignalNumber == number;
            if (stops)
            {
                await stopper.RecordAsync(container).ConfigureAwait(false);
                await stopper.SignalAsync(container, run, number).ConfigureAwait(false);
            }
            else
            {
                await run.Shim.SignalAsync(number, cancellation).ConfigureAwait(false);
                events.Publish(container, "kill", ("signal", number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }

        if (number == Signals.Kill)
        {
            await run.Ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
