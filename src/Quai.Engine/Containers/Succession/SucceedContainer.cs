using Microsoft.Data.Sqlite;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Succession;

/// <summary>
/// Has a container take the place of another: its published ports and the names by which others know it, and the two exchange their own names. Both go on running; connections
/// that there are stay with the other. The same the other way round undoes it.
/// </summary>
internal sealed class SucceedContainer(ContainerRegistry registry, ContainerEndpoints endpoints, NameResolution resolution, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.SucceedAsync"/>
    public async Task RunAsync(string id, string former, CancellationToken cancellation)
    {
        Container successor = registry.Resolve(id), predecessor = registry.Resolve(former);
        if (successor == predecessor)
        {
            throw QuaiException.Invalid($"container {successor.Name} cannot take its own place");
        }

        // Always in the same order: two that take each other's place do not wait for one another.
        Container[] order = string.CompareOrdinal(successor.Id, predecessor.Id) < 0 ? [successor, predecessor] : [predecessor, successor];
        using (await order[0].Lock.EnterAsync(cancellation).ConfigureAwait(false))
        using (await order[1].Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            Check(successor, predecessor);
            await SucceedAsync(successor, predecessor).ConfigureAwait(false);
        }
    }

    private static void Check(Container successor, Container predecessor)
    {
        foreach (Container container in (Container[])[successor, predecessor])
        {
            if (container.State.Status == ContainerStatus.Removing || container.RemovalClaimed != 0)
            {
                throw QuaiException.Conflict($"container {container.Name} is marked for removal");
            }

            if (container.Spec.Network.Mode.Network is null || container.Spec.Network.Disabled == true)
            {
                throw QuaiException.Invalid($"container {container.Name} has no network of its own: no other can take over its ports and names while it runs");
            }
        }

        if (successor.Run is null)
        {
            throw ContainerErrors.NotRunning(successor);
        }

        if (!successor.Spec.Network.IsBeside)
        {
            throw QuaiException.Conflict($"container {successor.Name} was not started beside another, or has taken its place already");
        }
    }

    private async Task SucceedAsync(Container successor, Container predecessor)
    {
        (ContainerSpec Successor, ContainerSpec Predecessor) before = (successor.Spec, predecessor.Spec);
        Exchange(successor, predecessor);
        (successor.Spec, predecessor.Spec) = (Beside(before.Successor, false), Beside(before.Predecessor, true));
        try
        {
            void Record(SqliteConnection connection) => ContainerRecords.Exchange(connection, successor, predecessor);
            if (predecessor.Run is not null && endpoints.Publishing(predecessor) is not null && endpoints.Publishing(successor) is not null)
            {
                await endpoints.MoveAsync(predecessor, successor, Record).ConfigureAwait(false);
            }
            else
            {
                await PublishAsync(successor).ConfigureAwait(false);
                await records.WriteAsync(Record).ConfigureAwait(false);
            }
        }
        catch
        {
            Exchange(successor, predecessor);
            (successor.Spec, predecessor.Spec) = before;
            await records.WriteAsync(connection => ContainerRecords.Exchange(connection, successor, predecessor)).ConfigureAwait(false);
            throw;
        }

        await records.SaveAsync([successor, predecessor], CancellationToken.None).ConfigureAwait(false);

        // The one that comes is known before the other is not any more.
        resolution.Publish(successor);
        resolution.Publish(predecessor);
        events.Publish(predecessor, "rename", ("oldName", "/" + successor.Name));
        events.Publish(successor, "rename", ("oldName", "/" + predecessor.Name));
    }

    // The other has ended and holds no ports.
    private async Task PublishAsync(Container successor)
    {
        PortsUpdate all = new(successor.Spec.Network.Published, []);
        if (!all.IsEmpty && endpoints.Publishing(successor) is not null)
        {
            Quai.Networks.Endpoint endpoint = await endpoints.RepublishAsync(successor, all).ConfigureAwait(false);
            successor.Endpoints = [.. successor.Endpoints.Select(e => e.EndpointId == endpoint.Id ? EndpointRecord.From(endpoint) : e)];
        }
    }

    private void Exchange(Container one, Container other)
    {
        registry.Exchange(one, other);
        (one.Name, other.Name) = (other.Name, one.Name);
    }

    private static ContainerSpec Beside(ContainerSpec spec, bool isBeside) => spec with { Network = spec.Network with { IsBeside = isBeside } };
}
