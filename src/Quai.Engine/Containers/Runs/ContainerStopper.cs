using System.Globalization;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>Ends a container's run by signals.</summary>
internal sealed class ContainerStopper(ContainerRecords records, ContainerEvents events, ContainerFreezer freezer, RestartWaits restarts, TimeProvider time)
{
    /// <summary>Default number of seconds between the stop signal and SIGKILL.</summary>
    public const int DefaultTimeout = 10;

    /// <summary>The number of the signal that a request names, else of the container's own stop signal, else SIGTERM.</summary>
    public static int SignalOf(Container container, string? signal) =>
        !string.IsNullOrEmpty(signal) ? Signals.Parse(signal) : container.Spec.Program.StopSignalNumber;

    /// <summary>Sends a signal and, if the program does not end in time, SIGKILL. Returns when its end has been handled.</summary>
    /// <param name="container">Not locked.</param>
    /// <param name="signal">The first signal.</param>
    /// <param name="timeoutSeconds">Null for the container's own; negative to wait for ever.</param>
    /// <param name="byUser">Whether a restart policy should leave it stopped.</param>
    /// <param name="cancellation">Ends the wait only.</param>
    public async Task StopAsync(Container container, int signal, int? timeoutSeconds, bool byUser, CancellationToken cancellation)
    {
        ContainerRun run;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Restarting)
            {
                await restarts.CancelAsync(container).ConfigureAwait(false);
                return;
            }

            if (container.Run is null)
            {
                return;
            }

            run = container.Run;
            if (byUser)
            {
                await RecordAsync(container).ConfigureAwait(false);
            }

            await EndAsync(container, run, signal).ConfigureAwait(false);
        }

        int seconds = timeoutSeconds ?? container.Spec.Program.StopTimeout ?? DefaultTimeout;
        if (signal == Signals.Kill || seconds < 0)
        {
            await run.Ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return;
        }

        try
        {
            await run.Ended.Task.WaitAsync(TimeSpan.FromSeconds(seconds), time, cancellation).ConfigureAwait(false);
            return;
        }
        catch (TimeoutException)
        {
        }

        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.Run == run)
            {
                await EndAsync(container, run, Signals.Kill).ConfigureAwait(false);
            }
        }

        await run.Ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Records that somebody stops a container, which is locked. On disk before the program can end: otherwise, if the daemon died now, the next
    /// one would start it again.
    /// </summary>
    public async Task RecordAsync(Container container)
    {
        container.Machine.StopRequested();
        if (container.Spec.Restart.IsOn)
        {
            await records.SaveAsync(container).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a signal to a container, which is locked. A frozen program cannot act on it, so it is sent first and the program is thawed afterwards.</summary>
    public async Task SignalAsync(Container container, ContainerRun run, int signal)
    {
        await run.Shim.SignalAsync(signal, CancellationToken.None).ConfigureAwait(false);
        events.Publish(container, "kill", ("signal", signal.ToString(CultureInfo.InvariantCulture)));
        if (container.State.Status == ContainerStatus.Paused)
        {
            await freezer.ThawAsync(container, run).ConfigureAwait(false);
        }
    }

    // A container that ends by itself at this very moment, with its shim, needs no signal: its end is waited for all the same.
    private async Task EndAsync(Container container, ContainerRun run, int signal)
    {
        try
        {
            await SignalAsync(container, run, signal).ConfigureAwait(false);
        }
        catch (ShimLostException)
        {
        }
    }
}
