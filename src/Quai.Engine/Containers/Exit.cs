using System.Globalization;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime;

namespace Quai.Engine.Containers;

/// <content>What happens when a program ends: its state, what it held, its restart policy.</content>
internal sealed partial class ContainerService
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100), s_longestDelay = TimeSpan.FromMinutes(1), s_stableRun = TimeSpan.FromSeconds(10);

    private async Task WatchAsync(Container container, ContainerRun run)
    {
        try
        {
            ContainerExit exit;
            try
            {
                exit = await run.Shim.Exit.ConfigureAwait(false);
            }
            catch (ShimLostException)
            {
                LogLost(logger, container.Id);
                exit = new ContainerExit(137, false, time.GetUtcNow());
            }

            using (await container.Lock.EnterAsync().ConfigureAwait(false))
            {
                await EndRunAsync(container, run, exit).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            LogFailure(logger, e, container.Id, "recording its end");
        }
        finally
        {
            await run.Shim.DisposeAsync().ConfigureAwait(false);
            run.Ended.TrySetResult();
        }

        if (container.HostConfig.AutoRemove && container.State.Status == ContainerStatus.Exited && !container.BeingRestarted && !_shuttingDown)
        {
            await TryRemoveAsync(container).ConfigureAwait(false);
        }
    }

    /// <summary>Records the end of a run and gives back what it held. The lock is held.</summary>
    private async Task EndRunAsync(Container container, ContainerRun run, ContainerExit exit)
    {
        run.Health?.Stop();
        bool restarting = ShallRestart(container, exit);
        bool removing = container.HostConfig.AutoRemove && !restarting && !container.BeingRestarted;
        TimeSpan ran = exit.FinishedAt - (container.State.StartedAt ?? exit.FinishedAt);
        container.Machine.Ended(exit, restarting);
        container.Run = null;
        container.Endpoint = null;
        if (exit.OomKilled)
        {
            Publish(container, "oom");
        }

        Publish(
            container,
            "die",
            ("execDuration", ((long)ran.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ("exitCode", exit.ExitCode.ToString(CultureInfo.InvariantCulture)));
        Task releasing = networks.ReleaseAsync(container.Id, CancellationToken.None);
        if (!removing)
        {
            // The exit record in the run directory goes only when the database has it.
            await SaveStateAsync(container).ConfigureAwait(false);
        }

        container.TellExit();
        volumes.Unmount(container.Id);
        await runtime.CleanUpAsync(paths.Run(container.Id), run.CgroupsPath, CancellationToken.None).ConfigureAwait(false);
        await releasing.ConfigureAwait(false);
        if (restarting)
        {
            ScheduleRestart(container, ran);
        }
    }

    private bool ShallRestart(Container container, ContainerExit exit)
    {
        if (_shuttingDown || container.BeingRestarted || container.State.StoppedByUser)
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
        container.RestartDelay = ran >= s_stableRun || container.RestartDelay == TimeSpan.Zero ? s_firstDelay : doubled > s_longestDelay ? s_longestDelay : doubled;
        container.RestartWait = new CancellationTokenSource();
        _ = RestartLaterAsync(container, container.RestartDelay, container.RestartWait);
    }

    private async Task RestartLaterAsync(Container container, TimeSpan delay, CancellationTokenSource wait)
    {
        try
        {
            await Task.Delay(delay, time, wait.Token).ConfigureAwait(false);
            using (await container.Lock.EnterAsync(wait.Token).ConfigureAwait(false))
            {
                if (container.RestartWait == wait && container.State.Status == ContainerStatus.Restarting && !_shuttingDown)
                {
                    container.RestartWait = null;
                    await LaunchAsync(container, byPolicy: true).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (QuaiException e)
        {
            LogFailure(logger, e, container.Id, "restarting it");
        }
        finally
        {
            wait.Dispose();
        }
    }

    /// <summary>Calls a waiting restart off. The lock is held.</summary>
    private async Task CancelRestartAsync(Container container)
    {
        if (container.RestartWait is { } wait)
        {
            container.RestartWait = null;
            await wait.CancelAsync().ConfigureAwait(false);
        }

        if (container.State.Status == ContainerStatus.Restarting)
        {
            container.Machine.RestartCancelled();
            await SaveStateAsync(container).ConfigureAwait(false);
        }
    }
}
