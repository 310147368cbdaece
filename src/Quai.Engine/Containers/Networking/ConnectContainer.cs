using Quai.Api.Networks;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;
using Quai.Networks;
using Quai.Networks.Sandboxes;
using Quai.Runtime;

namespace Quai.Engine.Containers.Networking;

/// <summary>Connects a container to a network: at once when it runs, else with its next start.</summary>
internal sealed class ConnectContainer(ContainerRegistry registry, INetworkService networks, ContainerEndpoints endpoints, NameResolution resolution, NetworkFiles files, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.ConnectAsync"/>
    public async Task RunAsync(string network, string id, EndpointSettings? settings, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.Spec.Network.Mode.IsContainer)
            {
                throw QuaiException.Invalid("container sharing network namespace with another container or host cannot be connected to any other network");
            }

            Network found = networks.Resolve(network);
            string name = found.Name;
            EndpointRules.Check(name, found, settings);
            ContainerRun? run = container.Run;
            if (run is not null && container.Attachments.Any(a => a.Network == name) && (new NetworkMode(name).Network is null || container.Endpoints.Any(e => e.NetworkName == name)))
            {
                throw new QuaiException(ErrorKind.Forbidden, $"endpoint with name {container.Name} already exists in network {name}");
            }

            ContainerEndpoints.CheckMode(container, name);
            NetworkAttachment attachment = NetworkAttachment.Of(name, settings);
            if (run is not null)
            {
                await JoinAsync(container, run, attachment).ConfigureAwait(false);
            }

            container.Attachments = [.. container.Attachments.Where(a => a.Network != name), attachment];
            resolution.Publish(container);
            await records.SaveAsync(container).ConfigureAwait(false);
            if (run is not null)
            {
                events.PublishNetwork(container, name, "connect");
            }
        }
    }

    private async Task JoinAsync(Container container, ContainerRun run, NetworkAttachment attachment)
    {
        if (!attachment.HasEndpoint)
        {
            return;
        }

        bool published = container.Endpoints.All(e => e.Ports.Count == 0);
        Endpoint endpoint = await endpoints.LeaseAsync(container, attachment, published).ConfigureAwait(false);
        try
        {
            await SandboxExecutor.ConnectAsync(SandboxSetup.Joined(endpoint, networks.EndpointsOf(container.Id)), run.Shim.Pid).ConfigureAwait(false);
            await endpoints.PublishAsync([endpoint]).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await SandboxExecutor.RemoveAsync(endpoint, run.Shim.Pid).ConfigureAwait(false);
            await networks.DisconnectAsync(endpoint, CancellationToken.None).ConfigureAwait(false);
            if (e is LinuxException { Errno: Errno.ENOENT or Errno.ESRCH })
            {
                // Its program is just ending, and its namespace with it.
                throw ContainerErrors.NotRunning(container);
            }

            throw;
        }

        container.Endpoints = [.. container.Endpoints, EndpointRecord.From(endpoint)];
        files.AddHosts(container, endpoint);
        if (endpoint.Network.HasNames)
        {
            try
            {
                await resolution.BeginAsync(container, run.Shim, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ShimLostException or LinuxException { Errno: Errno.ENOENT or Errno.ESRCH })
            {
                // Its program has just ended.
            }
        }
    }
}
