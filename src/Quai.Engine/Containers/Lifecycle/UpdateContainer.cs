using Quai.Api.Containers;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux.Processes;
using Quai.Linux;
using Quai.Networks;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Changes the limits, the restart policy and the published ports of a container, running or not.</summary>
internal sealed class UpdateContainer(ContainerRegistry registry, ContainerEndpoints endpoints, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.UpdateAsync"/>
    public async Task<ContainerUpdateResponse> RunAsync(string id, ContainerUpdateRequest request, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ResourceRules.Validate(request, update: true);
        List<string>? warnings = OwnUserNamespace.IsNested ? LimitSupport.Discard(request, CgroupLayout.Current) : null;
        PortsUpdate ports = PortsUpdate.Read(request);
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
            changed = changed with { Network = ports.Apply(changed.Network, container.Id) };
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

            if (!ports.IsEmpty && container.Run is not null)
            {
                // What of this a crash leaves undone, the next start of the daemon does not undo: the spec says what the next run publishes, the endpoint what this one does.
                Endpoint endpoint = await endpoints.RepublishAsync(container, ports).ConfigureAwait(false);
                container.Endpoints = [.. container.Endpoints.Select(e => e.EndpointId == endpoint.Id ? EndpointRecord.From(endpoint) : e)];
            }

            await records.SaveSpecAsync(container, changed).ConfigureAwait(false);
            container.Spec = changed;
            if (!ports.IsEmpty)
            {
                await records.SaveAsync(container).ConfigureAwait(false);
            }

            events.Publish(container, "update");
        }

        return new ContainerUpdateResponse(warnings is { Count: > 0 } ? warnings : null);
    }
}
