using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task RenameAsync(string id, string newName, CancellationToken cancellation)
    {
        if (newName.Length == 0)
        {
            throw QuaiException.Invalid("Neither old nor new names may be empty");
        }

        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            string name;
            string old = container.Name;
            try
            {
                if (newName.TrimStart('/') == old)
                {
                    throw QuaiException.Invalid("Renaming a container with the same name as its current name");
                }

                name = ContainerNames.Validate(newName.StartsWith('/') ? newName : "/" + newName);
                ReserveName(name, container.Id);
            }
            catch (QuaiException e) when (newName.TrimStart('/') != old)
            {
                throw new QuaiException(e.Kind, $"Error when allocating new name: {e.Message}", e);
            }

            try
            {
                await database.WriteAsync(connection => ContainerTable.UpdateName(connection, container.Id, name), cancellation).ConfigureAwait(false);
            }
            catch
            {
                registry.Release(name);
                throw;
            }

            container.Name = name;
            registry.Release(old);
            Publish(container, "rename", ("oldName", "/" + old));
        }
    }

    private void ReserveName(string name, string id)
    {
        if (registry.Reserve(name, id) is { } holder)
        {
            throw QuaiException.Conflict(
                $"Conflict. The container name \"/{name}\" is already in use by container \"{holder}\". You have to remove (or rename) that container to be able to reuse that name.");
        }
    }
}
