using Quai.Engine.Containers.Lifecycle;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Succession;

/// <summary>Starts a container beside the one whose place it is to take: it publishes nothing and goes by no names but its own until it takes over.</summary>
internal sealed class StartBeside(ContainerRegistry registry, ContainerRecords records, StartContainer start)
{
    /// <inheritdoc cref="IContainers.StartBesideAsync"/>
    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.Run is not null)
            {
                throw QuaiException.Conflict($"container {container.Name} runs already: it cannot be started beside another");
            }

            if (container.Spec.Network.Mode.Network is null || container.Spec.Network.Disabled == true)
            {
                throw QuaiException.Invalid($"container {container.Name} has no network of its own: it cannot take another's place while both run");
            }

            ContainerSpec beside = container.Spec with { Network = container.Spec.Network with { IsBeside = true } };
            await records.SaveSpecAsync(container, beside).ConfigureAwait(false);
            container.Spec = beside;
        }

        await start.RunAsync(container.Id, cancellation).ConfigureAwait(false);
    }
}
