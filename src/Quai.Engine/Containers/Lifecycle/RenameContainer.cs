using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Gives a container another name.</summary>
internal sealed class RenameContainer(ContainerRegistry registry, NameResolution resolution, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.RenameAsync"/>
    public async Task RunAsync(string id, string newName, CancellationToken cancellation)
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
                registry.Take(name, container.Id);
            }
            catch (QuaiException e) when (newName.TrimStart('/') != old)
            {
                throw new QuaiException(e.Kind, $"Error when allocating new name: {e.Message}", e);
            }

            try
            {
                await records.RenameAsync(container, name, cancellation).ConfigureAwait(false);
            }
            catch
            {
                registry.Release(name);
                throw;
            }

            container.Name = name;
            registry.Release(old);
            resolution.Publish(container);
            events.Publish(container, "rename", ("oldName", "/" + old));
        }
    }
}
