using System.Collections.Immutable;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Sandboxes;

namespace Quai.Engine.Containers.Networking;

/// <summary>Disconnects a container from a network: at once if it is running.</summary>
internal sealed class DisconnectContainer(ContainerRegistry registry, INetworkService networks, NetworkFiles files, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.DisconnectAsync"/>
    public async Task RunAsync(string network, string id, bool force, CancellationToken cancellation)
    {
        Container container = Resolve(network, id, force);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            string name = NameOf(network, container, force);
            if (container.Spec.Network.Mode.IsHost && new NetworkMode(name).IsHost)
            {
                throw QuaiException.Invalid("cannot disconnect container from host network - container was created in host network mode");
            }

            ContainerRun? run = container.Run;
            if (!container.Attachments.Any(a => a.Network == name))
            {
                throw QuaiException.System($"container {container.Id} is not connected to {(run is null || force ? "the " : "")}network {name}");
            }

            // Recorded first: if the daemon dies in between, the next one finds an endpoint without a record, and removes it.
            (ImmutableArray<NetworkAttachment> attachments, ImmutableArray<EndpointRecord> places) = (container.Attachments, container.Endpoints);
            container.Attachments = attachments.RemoveAll(a => a.Network == name);
            container.Endpoints = places.RemoveAll(e => e.NetworkName == name);
            await records.SaveAsync(container).ConfigureAwait(false);
            if (run is null)
            {
                return;
            }

            try
            {
                await LeaveAsync(container, run, name).ConfigureAwait(false);
            }
            catch
            {
                (container.Attachments, container.Endpoints) = (attachments, places);
                await records.SaveAsync(container).ConfigureAwait(false);
                throw;
            }

            events.PublishNetwork(container, name, "disconnect");
        }
    }

    /// <summary>Takes a running container off a network whose address it must not use any longer; it stays attached.</summary>
    public async Task LoseAsync(Container container, Endpoint endpoint)
    {
        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (container.Run is not { } run || container.Endpoints.All(e => e.EndpointId != endpoint.Id))
            {
                return;
            }

            container.Endpoints = container.Endpoints.RemoveAll(e => e.EndpointId == endpoint.Id);
            await records.SaveAsync(container).ConfigureAwait(false);
            await LeaveAsync(container, run, endpoint.Network.Name).ConfigureAwait(false);
            events.PublishNetwork(container, endpoint.Network.Name, "disconnect");
        }
    }

    private Container Resolve(string network, string id, bool force)
    {
        try
        {
            return registry.Resolve(id);
        }
        catch (QuaiException e) when (force && e.Kind == ErrorKind.NotFound)
        {
            // Docker looks for what a removed container may have left on the network: here nothing outlives its container.
            _ = networks.Resolve(network);
            throw QuaiException.NotFound($"endpoint {id} not found");
        }
    }

    /// <summary>A container may still be configured to be on a network that is gone.</summary>
    private string NameOf(string network, Container container, bool force)
    {
        try
        {
            return networks.Resolve(network).Name;
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound && (force || container.Run is null))
        {
            return network;
        }
    }

    private async Task LeaveAsync(Container container, ContainerRun run, string network)
    {
        if (networks.EndpointsOf(container.Id).FirstOrDefault(e => e.Network.Name == network) is not { } endpoint)
        {
            return;
        }

        // Before its address can be another container's.
        await SandboxExecutor.RemoveAsync(endpoint, run.Shim.Pid).ConfigureAwait(false);
        await networks.DisconnectAsync(endpoint, CancellationToken.None).ConfigureAwait(false);
        if (SandboxSetup.Left(networks.EndpointsOf(container.Id)) is { Messages.Count: > 0 } rest)
        {
            await SandboxExecutor.ConnectAsync(rest, run.Shim.Pid).ConfigureAwait(false);
        }

        files.RemoveHosts(container, endpoint);
    }
}
