using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Changes the limits and the restart policy of a container, running or not.</summary>
internal sealed class UpdateContainer(ContainerRegistry registry, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.UpdateAsync"/>
    public async Task<ContainerUpdateResponse> RunAsync(string id, ContainerUpdateRequest request, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ResourceRules.Validate(request, update: true);
        if (request.RestartPolicy is { Name.Length: > 0 } policy)
        {
            HostConfigRules.ValidateRestart(policy, autoRemove: false);
            if (container.Spec.AutoRemove && policy.Name != "no")
            {
                throw QuaiException.Invalid("Restart policy cannot be updated because AutoRemove is enabled for the container");
            }
        }

        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Removing)
            {
                throw QuaiException.Conflict($"Cannot update container {container.Id}: Container is marked for removal and cannot be \"update\".");
            }

            ContainerSpec changed = SpecUpdate.Apply(container.Spec, request, container.Id);
            if (container.Run is { } run)
            {
                try
                {
                    CgroupTree.Open(run.CgroupsPath).Update(RuntimeSpecBuilder.BuildResources(changed.Limits));
                }
                catch (LinuxException e)
                {
                    throw QuaiException.System($"Cannot update container {container.Id}: {e.Message}", e);
                }
            }

            await records.SaveSpecAsync(container, changed).ConfigureAwait(false);
            container.Spec = changed;
            events.Publish(container, "update");
        }

        return new ContainerUpdateResponse(null);
    }
}
