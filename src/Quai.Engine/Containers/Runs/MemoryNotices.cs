using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Runs;

/// <summary>Reports the kernel's out-of-memory kills in a container, of its first process or any other.</summary>
internal sealed class MemoryNotices(ContainerRecords records, ContainerEvents events, EngineLifetime lifetime)
{
    /// <summary>Publishes and records each, until the run has ended or its shim is lost.</summary>
    public async Task WatchAsync(Container container, ContainerRun run)
    {
        await foreach (DateTimeOffset _ in run.Shim.OutOfMemory.ReadAllAsync().ConfigureAwait(false))
        {
            await PublishAsync(container, run).ConfigureAwait(false);
        }
    }

    private async Task PublishAsync(Container container, ContainerRun run)
    {
        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (lifetime.IsDetached || container.Run != run || !container.State.HasProcess)
            {
                return;
            }

            if (!container.State.OomKilled)
            {
                container.Machine.OutOfMemory();
                records.SaveLater(container);
            }

            events.Publish(container, "oom");
        }
    }
}
