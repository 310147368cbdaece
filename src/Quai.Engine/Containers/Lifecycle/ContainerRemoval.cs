using Quai.Engine.Containers.State;
using Quai.Engine.Execs;
using Quai.Errors;
using Quai.Linux;
using Quai.Volumes;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Removes a stopped container: its record, its name, its execs, its files, its hold on volumes.</summary>
internal sealed class ContainerRemoval(
    ContainerRegistry registry, ContainerRecords records, ContainerStorage storage, ExecService execs, ContainerEvents events, Background background)
{
    /// <summary>Claims the removal of a container; only one caller can.</summary>
    public bool Claim(Container container) => Interlocked.Exchange(ref container.RemovalClaimed, 1) == 0;

    /// <summary>Releases the claim: nothing was removed.</summary>
    public void Unclaim(Container container) => Volatile.Write(ref container.RemovalClaimed, 0);

    /// <summary>Removes a container that is locked and claimed. Work left after the row is deleted is done by the sweep at start.</summary>
    /// <param name="container">The container.</param>
    /// <param name="volumes">Whether to remove its anonymous volumes too.</param>
    public async Task RemoveAsync(Container container, bool volumes)
    {
        RunState last = container.State;
        VolumeTransaction? release = await storage.ReleaseVolumesAsync(container, volumes).ConfigureAwait(false);
        try
        {
            await records.DeleteAsync(container.Id, release).ConfigureAwait(false);
        }
        catch
        {
            Unclaim(container);
            if (release is not null)
            {
                await release.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }

        container.Machine.Removing();
        registry.Remove(container);
        execs.ContainerRemoved(container);
        try
        {
            await storage.DeleteAsync(container.Id, container.Spec.Mounts).ConfigureAwait(false);
            if (release is not null)
            {
                await release.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QuaiException or LinuxException or IOException)
        {
            background.Failed("delete the files", container.Id, e);
        }
        finally
        {
            if (release is not null)
            {
                await release.DisposeAsync().ConfigureAwait(false);
            }
        }

        container.WaitingClients.ForEach(c => c.Connect(null));
        container.WaitingClients.Clear();
        events.Publish(container, "destroy");
        container.Removed.TrySetResult(last);
        container.ReportExit(last);
    }
}
