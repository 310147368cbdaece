using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Volumes;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task RemoveAsync(string id, bool force, bool volumes, bool link, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        if (link)
        {
            throw QuaiException.Invalid($"cannot remove container \"/{container.Name}\": links are not supported");
        }

        if (!force && container.State is { IsRunning: true, Status: var status })
        {
            throw QuaiException.Conflict($"cannot remove container \"/{container.Name}\": container is " + status switch
            {
                ContainerStatus.Paused => "paused and must be unpaused first",
                ContainerStatus.Restarting => "restarting: stop the container before removing or force remove",
                _ => "running: stop the container before removing or force remove",
            });
        }

        if (Interlocked.Exchange(ref container.RemovalClaimed, 1) != 0)
        {
            throw QuaiException.Conflict($"removal of container {container.Id} is already in progress");
        }

        bool removing = false;
        try
        {
            if (container.State.IsRunning)
            {
                await StopRunAsync(container, Signals.Kill, null, byUser: true, cancellation).ConfigureAwait(false);
            }

            using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
            {
                if (container.State.IsRunning)
                {
                    throw QuaiException.Conflict($"cannot remove container \"/{container.Name}\": container is running: stop the container before removing or force remove");
                }

                removing = true;
                await RemoveLockedAsync(container, volumes).ConfigureAwait(false);
            }
        }
        finally
        {
            if (!removing)
            {
                Volatile.Write(ref container.RemovalClaimed, 0);
            }
        }
    }

    // The lock is held and the removal claimed. What is left to do after the row has gone is found by the sweep at start.
    private async Task RemoveLockedAsync(Container container, bool removeVolumes)
    {
        RunState last = container.State;
        VolumeTransaction? release = container.Mounts.Any(m => m.Type == "volume")
            ? await volumes.ReleaseAsync(container.Id, removeVolumes, CancellationToken.None).ConfigureAwait(false)
            : null;
        try
        {
            await database.WriteAsync(connection =>
            {
                ContainerTable.Delete(connection, container.Id);
                release?.Write(connection);
            }).ConfigureAwait(false);
        }
        catch
        {
            Volatile.Write(ref container.RemovalClaimed, 0);
            if (release is not null)
            {
                await release.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }

        container.Machine.Removing();
        registry.Remove(container);
        Execs.ContainerRemoved(container);
        try
        {
            await images.RemoveSnapshotAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
            string folder = paths.Container(container.Id);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            if (release is not null)
            {
                await release.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QuaiException or IOException)
        {
            LogBackgroundFailure(logger, "delete the files", container.Id, e);
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
        Publish(container, "destroy");
        container.Removed.TrySetResult(last);
        container.TellExit(last);
    }
}
