using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>Starts containers and supervises their runs: each exit is handled, and followed by a restart if the policy says so.</summary>
internal sealed class ContainerSupervisor(
    ContainerStarter starter, ContainerExits exits, RunResources resources, MemoryNotices memory, RestartWaits restarts, EngineLifetime lifetime, Background background)
{
    /// <summary>Starts a container and supervises it from then on. It is locked and not running.</summary>
    /// <exception cref="QuaiException">It could not be started.</exception>
    public async Task StartAsync(Container container)
    {
        await starter.StartAsync(container, byPolicy: false).ConfigureAwait(false);
        Supervise(container);
    }

    /// <summary>The same by its restart policy: a failure is only logged. The container is locked.</summary>
    public async Task StartByPolicyAsync(Container container)
    {
        try
        {
            await starter.StartAsync(container, byPolicy: true).ConfigureAwait(false);
            Supervise(container);
        }
        catch (QuaiException e)
        {
            background.RestartFailed(container.Id, e.Message);
        }
    }

    /// <summary>Waits for the end of a container's present run and handles it.</summary>
    public void Supervise(Container container) => background.Observe(SuperviseAsync(container, container.Run!), container.Id, "deal with the exit");

    private async Task SuperviseAsync(Container container, ContainerRun run)
    {
        await memory.WatchAsync(container, run).ConfigureAwait(false);
        ContainerExit exit = await resources.ExitOfAsync(container, run).ConfigureAwait(false);
        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (lifetime.IsDetached)
            {
                // The daemon is shutting down; the next one reads the record.
                return;
            }

            try
            {
                if (await exits.EndAsync(container, run, exit).ConfigureAwait(false) is { } ran)
                {
                    background.Observe(restarts.WaitAsync(container, ran, () => StartByPolicyAsync(container)), container.Id, "restart");
                }
            }
            finally
            {
                run.Ended.TrySetResult();
            }
        }

        await run.Shim.DisposeAsync().ConfigureAwait(false);
    }
}
