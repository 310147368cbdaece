using Microsoft.Data.Sqlite;
using Quai.Engine.Containers.Spec;
using Quai.Metadata;
using Quai.Volumes;

namespace Quai.Engine.Containers.State;

/// <summary>The containers' rows in the database, and the only class that writes them.</summary>
internal sealed class ContainerRecords(MetadataDatabase database, Background background)
{
    /// <summary>All recorded containers.</summary>
    public List<Container> Read() => database.Read(ContainerTable.Read);

    /// <summary>Records a new container together with the volumes reserved for it.</summary>
    public Task InsertAsync(Container container, VolumeTransaction? reserved, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            reserved?.Write(connection);
            ContainerTable.Insert(connection, container);
        },
        cancellation);

    /// <summary>Deletes a container's row together with its hold on volumes.</summary>
    public Task DeleteAsync(string id, VolumeTransaction? released) => database.WriteAsync(
        connection =>
        {
            ContainerTable.Delete(connection, id);
            released?.Write(connection);
        },
        CancellationToken.None);

    /// <summary>Records the state that a container has when the transaction runs.</summary>
    public Task SaveAsync(Container container) => database.WriteAsync(connection => ContainerTable.UpdateState(connection, container));

    /// <summary>The same for many containers in one transaction.</summary>
    public Task SaveAsync(IEnumerable<Container> containers, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            foreach (Container container in containers)
            {
                ContainerTable.UpdateState(connection, container);
            }
        },
        cancellation);

    /// <summary>Records the state without waiting: recovery can find it out by itself if the write is lost.</summary>
    public void SaveLater(Container container) => background.Observe(Task.Run(() => SaveAsync(container)), container.Id, "record the state");

    /// <summary>Records a new name.</summary>
    public Task RenameAsync(Container container, string name, CancellationToken cancellation) =>
        database.WriteAsync(connection => ContainerTable.UpdateName(connection, container.Id, name), cancellation);

    /// <summary>Records a new specification.</summary>
    public Task SaveSpecAsync(Container container, ContainerSpec changed) =>
        database.WriteAsync(connection => ContainerTable.UpdateSpec(connection, container.Id, changed), CancellationToken.None);

    /// <summary>Records the names and specifications of two containers that have exchanged their names.</summary>
    public static void Exchange(SqliteConnection connection, Container one, Container other)
    {
        // No two rows have one name, not even in between.
        ContainerTable.UpdateName(connection, one.Id, "/" + one.Id);
        foreach (Container container in (Container[])[other, one])
        {
            ContainerTable.UpdateName(connection, container.Id, container.Name);
            ContainerTable.UpdateSpec(connection, container.Id, container.Spec);
        }
    }

    /// <summary>Does what is to be done in one transaction.</summary>
    public Task WriteAsync(Action<SqliteConnection> record) => database.WriteAsync(record, CancellationToken.None);
}
