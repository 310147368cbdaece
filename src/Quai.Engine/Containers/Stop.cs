using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers;

/// <content>Stopping.</content>
internal sealed partial class ContainerService
{
    private const int DefaultStopTimeout = 10;

    /// <inheritdoc/>
    public async Task StopAsync(string id, string? signal, int? timeoutSeconds, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        if (!await StopCoreAsync(container, signal, timeoutSeconds, byUser: true, cancellation).ConfigureAwait(false))
        {
            throw new QuaiException(ErrorKind.NotModified, $"container {container.Id} is already stopped");
        }

        Publish(container, "stop");
    }

    /// <summary>Signals, waits, kills. False when nothing ran.</summary>
    private async Task<bool> StopCoreAsync(Container container, string? signal, int? timeoutSeconds, bool byUser, CancellationToken cancellation)
    {
        int number = Signals.Parse(!string.IsNullOrEmpty(signal) ? signal : !string.IsNullOrEmpty(container.Config.StopSignal) ? container.Config.StopSignal : "TERM");
        ContainerRun run;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Restarting)
            {
                container.Machine.StopRequested();
                await CancelRestartAsync(container).ConfigureAwait(false);
                return true;
            }

            if (container.Run is not { } current)
            {
                return false;
            }

            run = current;
            if (byUser)
            {
                container.Machine.StopRequested();
                await SaveStateAsync(container).ConfigureAwait(false);
            }

            await SignalAsync(container, run, number, cancellation).ConfigureAwait(false);
        }

        int seconds = timeoutSeconds ?? container.Config.StopTimeout ?? DefaultStopTimeout;
        if (!await EndsWithinAsync(run, seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds), cancellation).ConfigureAwait(false))
        {
            await SignalAsync(container, run, Signals.Kill, CancellationToken.None).ConfigureAwait(false);
            await run.Ended.Task.ConfigureAwait(false);
        }

        return true;
    }

    private async Task<bool> EndsWithinAsync(ContainerRun run, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await run.Ended.Task.WaitAsync(limit, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Sends a signal and tells of it; a frozen container is thawed so that it can take it.</summary>
    private async Task SignalAsync(Container container, ContainerRun run, int number, CancellationToken cancellation)
    {
        await run.Shim.SignalAsync(number, cancellation).ConfigureAwait(false);
        Publish(container, "kill", ("signal", number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (container.State.Status == ContainerStatus.Paused)
        {
            ICgroup cgroup = CgroupTree.Open(run.CgroupsPath);
            if (cgroup.Exists)
            {
                await cgroup.ThawAsync(cancellation).ConfigureAwait(false);
                container.Machine.Unpaused();
            }
        }
    }
}
