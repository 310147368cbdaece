using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Ipam;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;

namespace Quai.Engine.Containers.Networking;

/// <summary>Leases containers' endpoints from their networks.</summary>
internal sealed class ContainerEndpoints(INetworkService networks, ContainerRegistry registry)
{
    /// <summary>Leases an endpoint on each of a container's networks, for a start. The container is locked.</summary>
    /// <returns>None if its networks have no endpoints.</returns>
    /// <exception cref="QuaiException">A network is missing, or an address or a port is taken. What was leased until then is released with the run.</exception>
    public async Task<IReadOnlyList<Endpoint>> LeaseAllAsync(Container container)
    {
        if (container.Spec.Network.Mode.IsContainer || container.Spec.Network.Disabled == true)
        {
            return [];
        }

        foreach (NetworkAttachment attachment in container.Attachments)
        {
            CheckMode(container, attachment.Network);
        }

        List<NetworkAttachment> wanted = [.. container.Attachments.Where(a => a.HasEndpoint)];
        // As with the default route: a network that leads nowhere outside is no way for published ports either.
        NetworkAttachment? gateway = wanted.Where(a => networks.Resolve(a.Network).LeadsOutside).OrderByDescending(a => a.GatewayPriority).ThenBy(a => a.Network, StringComparer.Ordinal).FirstOrDefault();
        List<Endpoint> leased = new(wanted.Count);
        foreach (NetworkAttachment attachment in wanted)
        {
            leased.Add(await LeaseAsync(container, attachment, published: attachment == gateway).ConfigureAwait(false));
        }

        return leased;
    }

    /// <summary>Leases an endpoint on one network. The container is locked.</summary>
    /// <param name="container">The container.</param>
    /// <param name="attachment">Its attachment to the network.</param>
    /// <param name="published">Whether its ports are published through this endpoint.</param>
    /// <exception cref="QuaiException">The network is missing, or an address or a port is taken; nothing is leased.</exception>
    public async Task<Endpoint> LeaseAsync(Container container, NetworkAttachment attachment, bool published)
    {
        Network network = networks.Resolve(attachment.Network);
        string? mac = attachment.MacAddress ?? (attachment.Network == container.Spec.Network.Mode.Network && container.Spec.Network.MacAddress is { Length: > 0 } own ? own : null);
        IReadOnlyList<PortRequest> ports = published && !container.Spec.Network.IsBeside ? PublishedPorts.Of(container.Spec.Network) : [];
        try
        {
            return await networks.ConnectAsync(
                new EndpointRequest(container.Id, network.Id, mac, attachment.WantedIPv4, ports)
                {
                    IPv6Address = attachment.WantedIPv6,
                    Earlier = [.. container.Endpoints.Where(e => e.NetworkId == network.Id).SelectMany(e => (string?[])[e.Address, e.IPv6Address]).Where(a => !string.IsNullOrEmpty(a)).Select(a => IPAddress.Parse(a!))],
                    ContainerName = container.Name,
                    GatewayPriority = attachment.GatewayPriority,
                    Egress = EndpointOptions.Egress(attachment),
                    InterfaceName = EndpointOptions.InterfaceName(attachment),
                    LinkLocal = [.. (attachment.LinkLocalAddresses ?? []).Select(IPAddress.Parse)],
                    Settings = EndpointOptions.Settings(attachment),
                    Options = attachment.DriverOptions ?? (IReadOnlyDictionary<string, string>)ImmutableDictionary<string, string>.Empty,
                    Exposed = network.IsPlugins ? PublishedPorts.Exposed(container.Spec.Network) : [],
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (PortUnavailableException e)
        {
            throw Refused(container, e);
        }
        catch (AddressUnavailableException e)
        {
            string holder = e.HoldingContainer is { } id && registry.Find(id) is { } other ? $" (by container {other.Name})" : "";
            throw new QuaiException(e.Kind, e.Message + holder, e);
        }
    }

    /// <summary>Publishes further ports of a container that runs, and withdraws others. The container is locked.</summary>
    /// <returns>The endpoint with its new ports.</returns>
    /// <exception cref="QuaiException">A port cannot be had, or the container is on no network that leads outside; nothing has changed.</exception>
    public async Task<Endpoint> RepublishAsync(Container container, PortsUpdate update)
    {
        Endpoint endpoint = Publishing(container)
            ?? throw QuaiException.Invalid($"container {container.Name} is on no network that leads outside: its ports cannot be published");
        if (update.Publish.Count > 0 && !endpoint.Network.PublishesPorts)
        {
            throw QuaiException.Invalid($"ports of container {container.Name} cannot be published: its network {endpoint.Network.Name} of driver {endpoint.Network.Driver} publishes none");
        }

        try
        {
            return await networks.RepublishAsync(
                endpoint,
                PublishedPorts.Of(new NetworkSpec { Mode = container.Spec.Network.Mode, Published = update.Publish }),
                [.. endpoint.Ports.Where(p => update.Withdraws(p.ContainerPort, p.Protocol, p.HostAddress, p.HostPort))],
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (PortUnavailableException e)
        {
            throw Refused(container, e);
        }
    }

    /// <summary>Has the ports of a container lead to another that takes its place, and publishes what that asks for beside. Both run, and are locked.</summary>
    /// <param name="former">The container whose ports they are.</param>
    /// <param name="successor">The one that takes over.</param>
    /// <param name="record">What else is recorded in the same transaction.</param>
    /// <exception cref="QuaiException">A port cannot be had; nothing has changed.</exception>
    public async Task MoveAsync(Container former, Container successor, Action<SqliteConnection> record)
    {
        Endpoint from = Publishing(former)!, to = Publishing(successor)!;
        try
        {
            (from, to) = await networks.MovePortsAsync(from, to, PublishedPorts.Of(successor.Spec.Network), record, CancellationToken.None).ConfigureAwait(false);
        }
        catch (PortUnavailableException e)
        {
            throw Refused(successor, e);
        }

        former.Endpoints = [.. former.Endpoints.Select(e => e.EndpointId == from.Id ? EndpointRecord.From(from) : e)];
        successor.Endpoints = [.. successor.Endpoints.Select(e => e.EndpointId == to.Id ? EndpointRecord.From(to) : e)];
    }

    /// <summary>The endpoint by which a container publishes its ports, or would; null where it is on no network that leads outside.</summary>
    public Endpoint? Publishing(Container container)
    {
        IReadOnlyList<Endpoint> held = networks.EndpointsOf(container.Id);
        return held.FirstOrDefault(e => e.Ports.Count > 0) ?? SandboxSetup.Gateway(held) ?? SandboxSetup.Gateway(held, AddressFamily.InterNetworkV6);
    }

    /// <summary>Publishes the ports of endpoints.</summary>
    public Task PublishAsync(IReadOnlyList<Endpoint> endpoints)
    {
        Endpoint[] publishing = [.. endpoints.Where(e => e.Ports.Count > 0)];
        return publishing.Length == 0 ? Task.CompletedTask : Task.WhenAll(publishing.Select(e => networks.PublishAsync(e, CancellationToken.None)));
    }

    /// <inheritdoc cref="INetworkService.ReleaseAsync"/>
    public Task ReleaseAllAsync(Container container) => networks.ReleaseAsync(container.Id, CancellationToken.None);

    /// <summary>The records of a run's endpoints.</summary>
    public static ImmutableArray<EndpointRecord> Records(IReadOnlyList<Endpoint> endpoints) => [.. endpoints.Select(EndpointRecord.From)];

    /// <summary>Refuses a network that cannot be combined with the container's.</summary>
    /// <exception cref="QuaiException">In Docker's words.</exception>
    public static void CheckMode(Container container, string network)
    {
        bool host = container.Spec.Network.Mode.IsHost;
        var wanted = new NetworkMode(network);
        if (host != wanted.IsHost)
        {
            throw QuaiException.Invalid(host
                ? "container sharing network namespace with another container or host cannot be connected to any other network"
                : "cannot connect container to host network - container must be created in host network mode");
        }

        if (container.Attachments.Any(a => a.Network != network && (wanted.IsNone || new NetworkMode(a.Network).IsNone)))
        {
            throw QuaiException.Invalid("container cannot be connected to multiple networks with one of the networks in private (none) mode");
        }
    }

    private QuaiException Refused(Container container, PortUnavailableException e)
    {
        string holder = e.HoldingContainer is { } id && registry.Find(id) is { } other ? $" (by container {other.Name})"
            : e.HoldingProcess is { } process ? string.Create(CultureInfo.InvariantCulture, $" (by {process.Name}, process {process.Pid})")
            : "";
        return QuaiException.System($"driver failed programming external connectivity on endpoint {container.Name} ({NewId()}): {e.Message}{holder}", e);
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
