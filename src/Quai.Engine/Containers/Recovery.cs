using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Metadata;
using Quai.Runtime;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    private volatile bool _letGo;

    /// <summary>
    /// Run once at start: takes up the containers that an earlier daemon left, learns how the others ended, gives back what nobody owns any more,
    /// and applies restart policies.
    /// </summary>
    internal async Task RecoverAsync(CancellationToken cancellation)
    {
        List<Container> all = database.Read(ContainerTable.Read);
        all.ForEach(registry.Add);
        List<Container> ended = [];
        await Parallel.ForEachAsync(
            all.Where(c => c.State.Status is ContainerStatus.Starting or ContainerStatus.Running or ContainerStatus.Paused),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
            async (container, token) =>
            {
                if (!await TakeUpAsync(container, token).ConfigureAwait(false))
                {
                    lock (ended)
                    {
                        ended.Add(container);
                    }
                }
            }).ConfigureAwait(false);

        // A daemon that died while a container waited for its restart: the wait is over.
        List<Container> waiting = all.FindAll(c => c.State.Status == ContainerStatus.Restarting);
        waiting.ForEach(c => c.Machine.RestartCancelled());
        await database.WriteAsync(
            connection =>
            {
                foreach (Container container in all.Where(c => c.Run is not null || ended.Contains(c) || waiting.Contains(c)))
                {
                    ContainerTable.UpdateState(connection, container);
                }
            },
            cancellation).ConfigureAwait(false);

        HashSet<string> ids = [.. all.Select(c => c.Id)];
        HashSet<string> running = [.. all.Where(c => c.Run is not null).Select(c => c.Id)];
        await SweepAsync(ids, running, cancellation).ConfigureAwait(false);
        await networks.RecoverAsync(running, cancellation).ConfigureAwait(false);
        await images.RecoverAsync(ids, cancellation).ConfigureAwait(false);
        await volumes.RecoverAsync(ids, running).ConfigureAwait(false);

        foreach (Container container in ended)
        {
            Publish(container, "die", ("exitCode", container.State.ExitCode.ToString()));
        }

        foreach (Container container in all)
        {
            if (container.Run is not null)
            {
                Supervise(container);
            }
            else if (container.HostConfig.AutoRemove && (ended.Contains(container) || container.State.FinishedAt is not null))
            {
                container.RemovalClaimed = 1;
                await RemoveLockedAsync(container, removeVolumes: true).ConfigureAwait(false);
            }
            else if (StartsWithDaemon(container, waiting.Contains(container)))
            {
                Observe(StartRecoveredAsync(container), container.Id, "restart");
            }
        }
    }

    /// <summary>Stops what runs, unless containers are to go on without the daemon, and lets go of the rest.</summary>
    internal async Task ShutDownAsync(CancellationToken cancellation)
    {
        _stopping = true;
        foreach (Container container in registry.All())
        {
            container.RestartWait?.Cancel();
        }

        if (!options.LiveRestore)
        {
            await Task.WhenAll(registry.All().Where(c => c.Run is not null).Select(c => StopForShutdownAsync(c, cancellation))).ConfigureAwait(false);
        }

        await LetGoAsync().ConfigureAwait(false);
    }

    /// <summary>Gives up the connections to the shims; the containers go on.</summary>
    internal async Task LetGoAsync()
    {
        _stopping = true;
        _letGo = true;
        foreach (Container container in registry.All())
        {
            container.RestartWait?.Cancel();
            using (await container.Lock.EnterAsync().ConfigureAwait(false))
            {
                if (container.Run is { } run)
                {
                    run.Health?.Stop();
                    await run.Shim.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private async Task StopForShutdownAsync(Container container, CancellationToken cancellation)
    {
        int seconds = Math.Min(container.Config.StopTimeout ?? DefaultStopTimeout, options.ShutdownTimeout);
        try
        {
            await StopRunAsync(container, ParseStopSignal(container, null), seconds < 0 ? options.ShutdownTimeout : seconds, byUser: false, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            LogBackgroundFailure(logger, "stop", container.Id, e);
        }
    }

    // False when it no longer runs; its state says how it ended then.
    private async Task<bool> TakeUpAsync(Container container, CancellationToken cancellation)
    {
        string directory = paths.Run(container.Id);
        IShim? shim = await runtime.ReconnectAsync(container.Id, directory, cancellation).ConfigureAwait(false);
        if (shim is not null)
        {
            if (container.State.Status == ContainerStatus.Starting)
            {
                container.Machine.Started(shim.Pid, shim.StartedAt);
            }

            Adopt(container, shim, launcher.FilterOf(container));
            await TakeUpPauseAsync(container, container.Run!, cancellation).ConfigureAwait(false);
            return true;
        }

        if (runtime.ReadExit(directory) is { } exit)
        {
            container.Machine.Ended(exit, restarting: false);
        }
        else if (container.State.Status == ContainerStatus.Starting)
        {
            container.Machine.StartFailed(128, "the daemon ended while the container was being started");
        }
        else
        {
            // Neither shim nor record: the machine was rebooted, or both were killed.
            container.Machine.Ended(new ContainerExit(137, false, time.GetUtcNow()), restarting: false);
        }

        return false;
    }

    // The kernel knows whether it is paused: the daemon may have died between freezing or thawing it and its record.
    private static async Task TakeUpPauseAsync(Container container, ContainerRun run, CancellationToken cancellation)
    {
        ICgroup cgroup = CgroupTree.Open(run.CgroupsPath);
        bool frozen = cgroup.IsFrozen;
        if (frozen && container.State.Held)
        {
            await cgroup.ThawAsync(cancellation).ConfigureAwait(false);
            frozen = false;
        }

        container.Machine.Found(frozen);
    }

    // What is on the disk without a container that runs or exists.
    private async Task SweepAsync(HashSet<string> ids, HashSet<string> running, CancellationToken cancellation)
    {
        launcher.SweepSharedMemory(running.Contains);
        foreach (string directory in Directory.GetDirectories(paths.Runs))
        {
            string id = Path.GetFileName(directory);
            if (!running.Contains(id))
            {
                string cgroups = registry.Find(id) is { } known ? launcher.CgroupsPath(known) : $"{(options.CgroupParent.StartsWith('/') ? "" : "/")}{options.CgroupParent.TrimEnd('/')}/{id}";
                await runtime.CleanUpAsync(directory, cgroups, cancellation).ConfigureAwait(false);
            }
        }

        foreach (string directory in Directory.GetDirectories(paths.Containers))
        {
            if (!ids.Contains(Path.GetFileName(directory)))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static bool StartsWithDaemon(Container container, bool waited) => container.HostConfig.RestartPolicy.Name switch
    {
        // "always" brings back even what was stopped by hand; never what was only created.
        "always" => container.State.StartedAt is not null,
        "unless-stopped" => container.State is { StartedAt: not null, StoppedByUser: false },
        "on-failure" => !container.State.StoppedByUser && (waited || container.State is { StartedAt: not null, ExitCode: not 0 })
            && (container.HostConfig.RestartPolicy.MaximumRetryCount == 0 || container.State.RestartCount < container.HostConfig.RestartPolicy.MaximumRetryCount),
        _ => false,
    };

    private async Task StartRecoveredAsync(Container container)
    {
        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (_stopping || container.State.IsRunning || container.RemovalClaimed != 0)
            {
                return;
            }

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
