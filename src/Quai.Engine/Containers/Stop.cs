using System.Globalization;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    private const int DefaultStopTimeout = 10;

    /// <inheritdoc/>
    public async Task StopAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        if (!container.State.IsRunning)
        {
            throw new QuaiException(ErrorKind.NotModified, $"container {container.Id} is not running");
        }

        int number = ParseStopSignal(container, signal);
        await StopRunAsync(container, number, timeoutSeconds, byUser: true, cancellation).ConfigureAwait(false);
        Publish(container, "stop");
    }

    private static int ParseStopSignal(Container container, string? signal) =>
        !string.IsNullOrEmpty(signal) ? Signals.Parse(signal)
        : !string.IsNullOrEmpty(container.Config.StopSignal) ? Signals.Parse(container.Config.StopSignal)
        : Signals.Terminate;

    // Returns when the container has ended and its end has been dealt with.
    private async Task StopRunAsync(Container container, int signal, int? timeoutSeconds, bool byUser, CancellationToken cancellation)
    {
        ContainerRun run;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Restarting)
            {
                await CancelRestartAsync(container).ConfigureAwait(false);
                return;
            }

            if (container.Run is null)
            {
                return;
            }

            run = container.Run;
            if (byUser)
            {
                await RecordStopAsync(container).ConfigureAwait(false);
            }

            await SignalLockedAsync(container, run, signal).ConfigureAwait(false);
        }

        int seconds = timeoutSeconds ?? container.Config.StopTimeout ?? DefaultStopTimeout;
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
                await SignalLockedAsync(container, run, Signals.Kill).ConfigureAwait(false);
            }
        }

        await run.Ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    // On the disk before the program can end: else a daemon that dies now would be followed by one that starts it again.
    private async Task RecordStopAsync(Container container)
    {
        container.Machine.StopRequested();
        if (container.HostConfig.RestartPolicy.Name is not ("" or "no"))
        {
            await PersistAsync(container).ConfigureAwait(false);
        }
    }

    // A frozen program cannot act on a signal: it is sent first, then the program is thawed.
    private async Task SignalLockedAsync(Container container, ContainerRun run, int signal)
    {
        await run.Shim.SignalAsync(signal, CancellationToken.None).ConfigureAwait(false);
        Publish(container, "kill", ("signal", signal.ToString(CultureInfo.InvariantCulture)));
        if (container.State.Status == ContainerStatus.Paused)
        {
            await UnpauseLockedAsync(container, run).ConfigureAwait(false);
        }
    }
}
