using Quai.Engine.Attach;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Metadata;
using Quai.Volumes;

namespace Quai.Engine.Containers;

/// <content>Removing.</content>
internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task RemoveAsync(string id, bool force, bool volumes, bool link, CancellationToken cancellation)
    {
        if (link)
        {
            throw QuaiException.Invalid("links are not supported: containers of a network find each other by name");
        }

        Container container = registry.Resolve(id);
        if (Interlocked.CompareExchange(ref container.RemovalClaimed, 1, 0) != 0)
        {
            throw QuaiException.Conflict($"removal of container {container.Id} is already in progress");
        }

        try
        {
            if (force)
            {
                await KillForRemovalAsync(container, cancellation).ConfigureAwait(false);
            }

            using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
            {
                if (container.State.IsRunning)
                {
                    throw QuaiException.Conflict($"cannot remove container \"/{container.Name}\": container is {StatusWord(container.State.Status)}: {Advice(container.State.Status)}");
                }

                await RemoveCoreAsync(container, volumes).ConfigureAwait(false);
            }
        }
        catch
        {
            Volatile.Write(ref container.RemovalClaimed, 0);
            throw;
        }
    }

    private static string StatusWord(ContainerStatus status) => status switch
    {
        ContainerStatus.Paused => "paused",
        ContainerStatus.Restarting => "restarting",
        _ => "running",
    };

    private static string Advice(ContainerStatus status) =>
        status == ContainerStatus.Paused ? "unpause and then stop the container before removing or force remove" : "stop the container before removing or force remove";

    private async Task KillForRemovalAsync(Container container, CancellationToken cancellation)
    {
        ContainerRun? run;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            await CancelRestartAsync(container).ConfigureAwait(false);
            run = container.Run;
            if (run is not null)
            {
                container.Machine.StopRequested();
                await SignalAsync(container, run, Signals.Kill, cancellation).ConfigureAwait(false);
            }
        }

        if (run is not null)
        {
            await run.Ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Removes a container that ended by itself and was run with <c>--rm</c>.</summary>
    private async Task TryRemoveAsync(Container container)
    {
        if (Interlocked.CompareExchange(ref container.RemovalClaimed, 1, 0) != 0)
        {
            return;
        }

        try
        {
            using (await container.Lock.EnterAsync().ConfigureAwait(false))
            {
                await RemoveCoreAsync(container, removeAnonymous: true).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            Volatile.Write(ref container.RemovalClaimed, 0);
            LogFailure(logger, e, container.Id, "removing it");
        }
    }

    /// <summary>Forgets a container and deletes what it had. The lock is held. Once its row is gone, recovery deletes what a crash leaves.</summary>
    private async Task RemoveCoreAsync(Container container, bool removeAnonymous)
    {
        RunState last = container.State;
        container.Machine.Removing();
        await using (VolumeTransaction? released = await volumes.ReleaseAsync(container.Id, removeAnonymous, CancellationToken.None).ConfigureAwait(false))
        {
            await database.WriteAsync(connection =>
            {
                connection.Run("DELETE FROM containers WHERE id=$id", ("$id", container.Id));
                released?.Write(connection);
            }).ConfigureAwait(false);
            if (released is not null)
            {
                await released.CompleteAsync().ConfigureAwait(false);
            }
        }

        await images.RemoveSnapshotAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        DeleteFiles(container.Id);
        registry.Remove(container);
        foreach (AttachSession session in container.WaitingClients)
        {
            session.Abandon();
        }

        container.WaitingClients.Clear();
        Publish(container, "destroy");
        container.TellExit();
        container.Removed.TrySetResult(last);
    }

    private void DeleteFiles(string id)
    {
        try
        {
            Directory.Delete(paths.Container(id), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Never started.
        }
    }
}
