using System.Globalization;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100), s_longestDelay = TimeSpan.FromMinutes(1), s_longEnough = TimeSpan.FromSeconds(10);

    /// <summary>Waits for the end of a container's present run and deals with it.</summary>
    internal void Supervise(Container container) => Observe(SuperviseAsync(container, container.Run!), container.Id, "deal with the exit");

    private async Task SuperviseAsync(Container container, ContainerRun run)
    {
        ContainerExit exit;
        try
        {
            exit = await run.Shim.Exit.ConfigureAwait(false);
        }
        catch (ShimLostException)
        {
            exit = runtime.ReadExit(paths.Run(container.Id)) ?? new ContainerExit(137, false, time.GetUtcNow());
        }

        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (_letGo)
            {
                // The daemon is going; the next one reads the record.
                return;
            }

            try
            {
                await EndAsync(container, run, exit).ConfigureAwait(false);
            }
            finally
            {
                run.Ended.TrySetResult();
            }
        }

        await run.Shim.DisposeAsync().ConfigureAwait(false);
    }

    private async Task EndAsync(Container container, ContainerRun run, ContainerExit exit)
    {
        run.Health?.Stop();
        Execs.ContainerEnded(container);
        bool restart = WantsRestart(container, exit);
        bool remove = !restart && container.HostConfig.AutoRemove && !container.BeingRestarted;
        TimeSpan ran = exit.FinishedAt - (container.State.StartedAt ?? exit.FinishedAt);
        container.Machine.Ended(exit, restart);
        container.Run = null;
        if (!remove)
        {
            // On the disk before the record in the run directory goes; a container that is removed at once needs neither.
            await PersistAsync(container).ConfigureAwait(false);
        }

        await GiveBackAsync(container).ConfigureAwait(false);
        PublishNetworkEvent(container, "disconnect");
        PublishVolumeEvents(container, "unmount");
        Publish(
            container,
            "die",
            ("exitCode", exit.ExitCode.ToString(CultureInfo.InvariantCulture)),
            ("execDuration", ((long)ran.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        container.TellExit();
        if (remove && Interlocked.Exchange(ref container.RemovalClaimed, 1) == 0)
        {
            await RemoveLockedAsync(container, removeVolumes: true).ConfigureAwait(false);
        }
        else if (restart)
        {
            ScheduleRestart(container, ran);
        }
    }

    private bool WantsRestart(Container container, ContainerExit exit)
    {
        if (_stopping || container.BeingRestarted || container.State.StoppedByUser || container.RemovalClaimed != 0)
        {
            return false;
        }

        Api.Containers.RestartPolicy policy = container.HostConfig.RestartPolicy;
        return policy.Name switch
        {
            "always" or "unless-stopped" => true,
            "on-failure" => exit.ExitCode != 0 && (policy.MaximumRetryCount == 0 || container.State.RestartCount < policy.MaximumRetryCount),
            _ => false,
        };
    }

    private void ScheduleRestart(Container container, TimeSpan ran)
    {
        TimeSpan doubled = container.RestartDelay * 2;
        container.RestartDelay = ran >= s_longEnough || doubled == TimeSpan.Zero ? s_firstDelay : doubled > s_longestDelay ? s_longestDelay : doubled;
        var wait = new CancellationTokenSource();
        container.RestartWait = wait;
        Observe(RestartLaterAsync(container, container.RestartDelay, wait), container.Id, "restart");
    }

    private async Task RestartLaterAsync(Container container, TimeSpan delay, CancellationTokenSource wait)
    {
        using (wait)
        {
            try
            {
                await Task.Delay(delay, time, wait.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            using (await container.Lock.EnterAsync().ConfigureAwait(false))
            {
                if (container.RestartWait != wait || container.State.Status != ContainerStatus.Restarting)
                {
                    return;
                }

                container.RestartWait = null;
                try
                {
                    await StartLockedAsync(container, byPolicy: true).ConfigureAwait(false);
                }
                catch (QuaiException e)
                {
                    LogRestartFailure(logger, container.Id, e.Message);
                }
            }
        }
    }

    // The lock is held.
    private async Task CancelRestartAsync(Container container)
    {
        container.RestartWait?.Cancel();
        container.RestartWait = null;
        container.Machine.StopRequested();
        container.Machine.RestartCancelled();
        await PersistAsync(container).ConfigureAwait(false);
        container.TellExit();
    }
}
