using System.Net;
using Quai.Networks.Egress;
using Quai.Networks.Ports;

namespace Quai.Networks;

/// <summary>What a container wants of one network.</summary>
/// <param name="ContainerId">Whose endpoint it is to be.</param>
/// <param name="NetworkId">On which network.</param>
/// <param name="MacAddress">The hardware address; null for one that follows from the leased address.</param>
/// <param name="IPv4Address">The address to lease; null for any that is free.</param>
/// <param name="Ports">Host ports to publish.</param>
public sealed record EndpointRequest(string ContainerId, string NetworkId, string? MacAddress, IPAddress? IPv4Address, IReadOnlyList<PortRequest> Ports)
{
    /// <summary>The container's name, by which it goes with a server that lends addresses; empty for none.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>The IPv6 address to lease; null for any that is free where the network has some.</summary>
    public IPAddress? IPv6Address { get; init; }

    /// <summary>Addresses that the container had on the network before: it gets them again where they are free and no other is asked for.</summary>
    public IReadOnlyList<IPAddress> Earlier { get; init; } = [];

    /// <summary>The name of the container's interface; null for the network's usual one.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>Further addresses of the interface, link-local ones.</summary>
    public IReadOnlyList<IPAddress> LinkLocal { get; init; } = [];

    /// <summary>Kernel settings of the interface by their sysctl names, <c>IFNAME</c> standing for its name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What the container may reach beyond the network, asked before the network's own; null for nothing of its own.</summary>
    public EgressPolicy? Egress { get; init; }

    /// <summary>Options of the endpoint as they were asked for: plugins are told of them.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The ports that the container exposes, published or not: plugins are told of them.</summary>
    public IReadOnlyList<(ushort Port, string Protocol)> Exposed { get; init; } = [];

    /// <summary>Of a container's endpoints that with the highest leads to everywhere else.</summary>
    public int GatewayPriority { get; init; }
}
