using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Runs;

/// <summary>Freezes and thaws all processes of a container. It is locked, and the caller has checked its state.</summary>
internal sealed class ContainerFreezer(ContainerRecords records, ContainerEvents events)
{
    /// <summary>Freezes a running container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="held">Whether only temporarily and by the engine itself: a later daemon that finds it frozen thaws it.</param>
    /// <param name="cancellation">Gives up, and thaws what is frozen.</param>
    public async Task FreezeAsync(Container container, bool held, CancellationToken cancellation)
    {
        if (CgroupTree.Hierarchies.Count == 0)
        {
            throw QuaiException.Invalid($"container {container.Id} cannot be paused: without root, only what lives in a control group that was delegated to the user can be");
        }

        await CgroupTree.Open(container.Run!.CgroupsPath).FreezeAsync(cancellation).ConfigureAwait(false);
        container.Machine.Paused(held);
        await records.SaveAsync(container).ConfigureAwait(false);
        events.Publish(container, "pause");
    }

    /// <summary>Thaws a frozen container.</summary>
    public async Task ThawAsync(Container container, ContainerRun run)
    {
        await CgroupTree.Open(run.CgroupsPath).ThawAsync(CancellationToken.None).ConfigureAwait(false);
        container.Machine.Unpaused();
        records.SaveLater(container);
        events.Publish(container, "unpause");
    }
}
