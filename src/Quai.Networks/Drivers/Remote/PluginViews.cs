using System.Net;
using System.Net.Sockets;
using Quai.Networks.Ipam;
using Quai.Networks.Records;
using Quai.Plugins.Networks;

namespace Quai.Networks.Drivers.Remote;

/// <summary>What plugins are told of networks and endpoints.</summary>
internal static class PluginViews
{
    /// <summary>A network.</summary>
    public static PluginNetwork Of(NetworkRecord record, string scope) => new(record.Id, record.Options, [.. record.Subnets.Select(s => Of(s, record, scope))])
    {
        IPv4 = !record.Attributes.WithoutIPv4, IPv6 = record.Attributes.IPv6, Internal = record.Attributes.Internal,
    };

    /// <summary>An endpoint.</summary>
    public static PluginEndpoint Of(Endpoint endpoint, EndpointRequest request) => new(endpoint.Network.Id, endpoint.Id)
    {
        IPv4 = Text(endpoint.IPv4),
        IPv6 = Text(endpoint.IPv6),
        MacAddress = endpoint.MacAddress,
        Options = request.Options,
        Exposed = [.. request.Exposed.Select(e => new PluginPort(e.Protocol, e.Port, "", 0, 0))],
        Published = [.. request.Ports.Select(p => new PluginPort(p.Protocol, p.ContainerPort, p.HostAddress?.ToString() ?? "", p.HostPort, p.HostPortEnd))],
    };

    private static string Text(EndpointAddress? address) => address is null ? "" : new InterfaceAddress(address.Address, address.PrefixLength).ToString();

    private static PluginSubnet Of(SubnetRecord subnet, NetworkRecord record, string scope)
    {
        IPNetwork pool = subnet.Gateway.Network;
        return new PluginSubnet(
            pool.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6,
            scope == "global" ? "GlobalDefault" : "LocalDefault",
            pool.ToString(),
            subnet.Gateway.ToString(),
            record.Attributes.Asked.SelectMany(a => a.Others()).Where(o => pool.Contains(o.Address)).ToDictionary(o => o.Name, o => new InterfaceAddress(o.Address, pool.PrefixLength).ToString()));
    }
}
