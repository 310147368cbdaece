using System.Net;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Ports;

namespace Quai.Networks.Records;

/// <summary>An endpoint's row. With all its ports it is one, so a lease is one small write.</summary>
internal sealed record EndpointRow(string Id, string ContainerId, string NetworkId, IPAddress? IPv4, IPAddress? IPv6, string MacAddress, int Interface, string HostInterface, PublishedPort[] Ports, int GatewayPriority)
{
    /// <summary>The name of the container's interface; null for the usual one.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>The text of its egress policy; null for none.</summary>
    public string? Egress { get; init; }

    /// <summary>What it leased of a server of the network; null for nothing.</summary>
    public EndpointLease? Lease { get; init; }

    /// <summary>The row of an endpoint.</summary>
    public static EndpointRow Of(Endpoint endpoint) => new(
        endpoint.Id,
        endpoint.ContainerId,
        endpoint.Network.Id,
        endpoint.IPv4?.Address,
        endpoint.IPv6?.Address,
        endpoint.MacAddress,
        endpoint.Interface.Number,
        endpoint.HostInterface,
        [.. endpoint.Ports],
        endpoint.GatewayPriority)
    {
        InterfaceName = endpoint.Interface.Given,
        Egress = endpoint.Egress?.ToString(),
        Lease = endpoint.Lease,
    };
}
