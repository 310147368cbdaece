using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime;

namespace Quai.Engine.Containers;

/// <content>The daemon's start: containers that outlived the last one are found again, what it left half done is finished or undone.</content>
internal sealed partial class ContainerService
{
    /// <summary>Brings memory, database and kernel to one state. Run once, before any request.</summary>
    internal async Task RecoverAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(paths.Containers);
        Directory.CreateDirectory(paths.Runs);
        Directory.CreateDirectory(paths.RootFs);
        List<Container> all = database.Read(ContainerTable.Load);
        foreach (Container container in all)
        {
            registry.Add(container);
        }

        List<Container> ended = [];
        foreach (Container container in all.Where(c => c.State.Status is ContainerStatus.Starting or ContainerStatus.Running or ContainerStatus.Paused))
        {
            if (await ReconnectAsync(container, cancellation).ConfigureAwait(false) is { } run)
            {
                container.Run = run;
            }
            else
            {
                ended.Add(container);
            }
        }

        HashSet<string> running = [.. all.Where(c => c.Run is not null).Select(c => c.Id)];
        await SweepRunsAsync(running, cancellation).ConfigureAwait(false);
        await networks.RecoverAsync(running, cancellation).ConfigureAwait(false);
        HashSet<string> ids = [.. all.Select(c => c.Id)];
        await images.RecoverAsync(ids, cancellation).ConfigureAwait(false);
        await volumes.RecoverAsync(ids, running).ConfigureAwait(false);
        SweepFiles(ids);
        foreach (Container container in all.Where(c => c.Run is not null))
        {
            if (container.Endpoint is null && networks.EndpointsOf(container.Id) is [{ } endpoint, ..])
            {
                container.Endpoint = EndpointRecord.From(endpoint, endpoint.Id);
            }

            await SaveStateAsync(container).ConfigureAwait(false);
            StartHealth(container, container.Run!);
            _ = WatchAsync(container, container.Run!);
        }

        foreach (Container container in all.Where(c => c.Run is null))
        {
            await SettleAsync(container, ended.Contains(container)).ConfigureAwait(false);
        }
    }

    /// <summary>Finds a container's shim; null when it has ended, and its state says how.</summary>
    private async Task<ContainerRun?> ReconnectAsync(Container container, CancellationToken cancellation)
    {
        IShim? shim = await runtime.ReconnectAsync(container.Id, paths.Run(container.Id), cancellation).ConfigureAwait(false);
        if (shim is not null)
        {
            if (container.State.Status == ContainerStatus.Starting)
            {
                container.Machine.Started(shim.Pid, shim.StartedAt);
            }

            return new ContainerRun(shim, CgroupsPathOf(container));
        }

        ContainerExit? exit = runtime.ReadExit(paths.Run(container.Id));
        if (exit is null && container.State.Status == ContainerStatus.Starting)
        {
            container.Machine.StartFailed(128, "the daemon ended while the container was being started");
        }
        else
        {
            container.Machine.Ended(exit ?? new ContainerExit(137, false, time.GetUtcNow()), restarting: false);
        }

        container.Endpoint = null;
        await SaveStateAsync(container).ConfigureAwait(false);
        return null;
    }

    /// <summary>Clears what ended containers, or those never recorded, left in the kernel.</summary>
    private async Task SweepRunsAsync(HashSet<string> running, CancellationToken cancellation)
    {
        foreach (string directory in Directory.EnumerateDirectories(paths.Runs))
        {
            string id = Path.GetFileName(directory);
            if (!running.Contains(id))
            {
                string path = registry.Find(id) is { } container ? CgroupsPathOf(container) : $"/{options.CgroupParent.Trim('/')}/{id}";
                await runtime.CleanUpAsync(directory, path, cancellation).ConfigureAwait(false);
            }
        }
    }

    private void SweepFiles(HashSet<string> ids)
    {
        foreach (string directory in Directory.EnumerateDirectories(paths.Containers))
        {
            if (!ids.Contains(Path.GetFileName(directory)))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    /// <summary>Decides about a container that does not run: removed, started by its policy, or left.</summary>
    private async Task SettleAsync(Container container, bool endedMeanwhile)
    {
        try
        {
            if (container.State.Status == ContainerStatus.Removing || (container.HostConfig.AutoRemove && container.State.Status == ContainerStatus.Exited))
            {
                await TryRemoveAsync(container).ConfigureAwait(false);
                return;
            }

            string policy = container.HostConfig.RestartPolicy.Name;
            bool start = container.State.Status == ContainerStatus.Restarting
                || (!container.State.StoppedByUser && container.State.Status == ContainerStatus.Exited
                    && (policy is "always" or "unless-stopped" || (policy == "on-failure" && endedMeanwhile && container.State.ExitCode != 0)))
                || (policy == "always" && container.State.Status == ContainerStatus.Exited);
            if (start)
            {
                using (await container.Lock.EnterAsync().ConfigureAwait(false))
                {
                    await LaunchAsync(container, byPolicy: true).ConfigureAwait(false);
                }
            }
        }
        catch (QuaiException e)
        {
            LogFailure(logger, e, container.Id, "starting it by its restart policy");
        }
    }

    /// <summary>The daemon ends: containers are stopped, all at once, unless they are to live on.</summary>
    internal async Task ShutdownAsync(CancellationToken cancellation)
    {
        _shuttingDown = true;
        if (options.LiveRestore)
        {
            return;
        }

        await Task.WhenAll(registry.All().Where(c => c.State.IsRunning).Select(async container =>
        {
            try
            {
                await StopCoreAsync(container, null, Math.Min(container.Config.StopTimeout ?? DefaultStopTimeout, options.ShutdownTimeout), byUser: false, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is QuaiException or OperationCanceledException)
            {
                LogFailure(logger, e, container.Id, "stopping it");
            }
        })).ConfigureAwait(false);
    }
}
