using System.Net.Sockets;
using Quai.Networks.Egress;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;

namespace Quai.Networks;

/// <summary>A container's place on one network.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="ContainerId">Whose it is.</param>
/// <param name="Network">On which network.</param>
/// <param name="MacAddress">In colon form.</param>
/// <param name="Interface">The container's interface.</param>
/// <param name="HostInterface">The host's end of the container's interface; where it has none, the name of the interface until it is in its namespace.</param>
/// <param name="Ports">Published ports with their host ports chosen.</param>
/// <param name="Setup">The messages that put the interface into a sandbox, but for the default route, of which a sandbox has only one.</param>
public sealed record Endpoint(
    string Id, string ContainerId, Network Network, string MacAddress, SandboxInterface Interface, string HostInterface, IReadOnlyList<PublishedPort> Ports, SandboxSetup Setup)
{
    /// <summary>The leased IPv4 address; null where the network has none.</summary>
    public EndpointAddress? IPv4 { get; init; }

    /// <summary>The leased IPv6 address; null where the network has none.</summary>
    public EndpointAddress? IPv6 { get; init; }

    /// <summary>The leased address of a family; null where the network has none.</summary>
    public EndpointAddress? AddressOf(AddressFamily family) => family == AddressFamily.InterNetwork ? IPv4 : IPv6;

    /// <summary>What it leased of a server of the network; null for nothing.</summary>
    internal EndpointLease? Lease { get; init; }

    /// <summary>What the container may reach beyond the network, asked before the network's own; null for nothing of its own.</summary>
    public EgressPolicy? Egress { get; init; }

    /// <summary>Of a container's endpoints that with the highest leads to everywhere else.</summary>
    public int GatewayPriority { get; init; }
}
