using Quai.Engine.Containers.State;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Runs;

/// <summary>Freezes and thaws all processes of a container. It is locked, and is what its caller has checked.</summary>
internal sealed class ContainerFreezer(ContainerRecords records, ContainerEvents events)
{
    /// <summary>Freezes a container that runs.</summary>
    /// <param name="container">The container.</param>
    /// <param name="held">Whether only for a while and by the engine itself: a daemon that finds it so thaws it.</param>
    /// <param name="cancellation">Gives up, and thaws what is frozen.</param>
    public async Task FreezeAsync(Container container, bool held, CancellationToken cancellation)
    {
        await CgroupTree.Open(container.Run!.CgroupsPath).FreezeAsync(cancellation).ConfigureAwait(false);
        container.Machine.Paused(held);
        await records.SaveAsync(container).ConfigureAwait(false);
        events.Publish(container, "pause");
    }

    /// <summary>Thaws a container that is frozen.</summary>
    public async Task ThawAsync(Container container, ContainerRun run)
    {
        await CgroupTree.Open(run.CgroupsPath).ThawAsync(CancellationToken.None).ConfigureAwait(false);
        container.Machine.Unpaused();
        records.SaveLater(container);
        events.Publish(container, "unpause");
    }
}
