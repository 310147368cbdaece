using Quai.Engine.Containers.Lifecycle;
using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Recovering;

/// <summary>
/// Runs once at start: reattaches to the containers that an earlier daemon left, finds out how the others ended, releases what nobody owns any more,
/// and applies restart policies.
/// </summary>
internal sealed class ContainerRecovery(
    ContainerRegistry registry, ContainerRecords records, Reattachment reattachment, LeftoverSweep sweep, PolicyStarts starts, ContainerRemoval removal, ContainerEvents events)
{
    /// <summary>Recovers all containers.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        List<Container> all = records.Read();
        all.ForEach(registry.Add);
        List<Container> ended = [];
        await Parallel.ForEachAsync(
            all.Where(c => c.State.Status is ContainerStatus.Starting or ContainerStatus.Running or ContainerStatus.Paused),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
            async (container, token) =>
            {
                if (!await reattachment.TryAsync(container, token).ConfigureAwait(false))
                {
                    lock (ended)
                    {
                        ended.Add(container);
                    }
                }
            }).ConfigureAwait(false);

        // The daemon died while a container waited for its restart: the wait is over.
        List<Container> waiting = all.FindAll(c => c.State.Status == ContainerStatus.Restarting);
        waiting.ForEach(c => c.Machine.RestartCancelled());
        await records.SaveAsync(all.Where(c => c.Run is not null || ended.Contains(c) || waiting.Contains(c)), cancellation).ConfigureAwait(false);
        await sweep.RunAsync([.. all.Select(c => c.Id)], [.. all.Where(c => c.Run is not null).Select(c => c.Id)], cancellation).ConfigureAwait(false);
        foreach (Container container in all.Where(c => c.Run is not null))
        {
            if (await reattachment.FindEndpointsAsync(container).ConfigureAwait(false))
            {
                await records.SaveAsync(container).ConfigureAwait(false);
            }
        }

        // All names before the first answer: else a question would hear that there is no such container.
        List<Container> running = all.FindAll(c => c.Run is not null);
        running.ForEach(reattachment.PublishNames);
        foreach (Container container in running)
        {
            await reattachment.ServeNamesAsync(container).ConfigureAwait(false);
        }

        foreach (Container container in ended)
        {
            events.Publish(container, "die", ("exitCode", container.State.ExitCode.ToString()));
        }

        List<Container> removed = all.FindAll(c => c.Run is null && c.Spec.AutoRemove && (ended.Contains(c) || c.State.FinishedAt is not null));
        foreach (Container container in removed)
        {
            removal.Claim(container);
            await removal.RemoveAsync(container, volumes: true).ConfigureAwait(false);
        }

        starts.Resume([.. all.Except(removed)], waiting);
    }
}
