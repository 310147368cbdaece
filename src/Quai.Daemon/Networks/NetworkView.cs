using System.Globalization;
using System.Net.Sockets;
using Quai.Api.Networks;
using Quai.Networks;

namespace Quai.Daemon.Networks;

/// <summary>Shows networks as the API does.</summary>
internal static class NetworkView
{
    /// <summary>One, without its containers.</summary>
    public static NetworkInspect Of(Network network)
    {
        NetworkAttributes attributes = network.Attributes;
        return new NetworkInspect
        {
            Name = network.Name,
            Id = network.Id,
            Created = network.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
            Scope = network.Scope,
            Driver = network.Driver,
            IPAM = new Ipam
            {
                Driver = attributes.IpamDriver,
                Options = attributes.IpamOptions is { } options ? new(options) : null,
                Config = attributes.Asked.Count + network.Subnets.Count > 0 ? [.. attributes.Asked.Select(Of), .. Chosen(network).Select(Of)] : null,
            },
            EnableIPv4 = !attributes.WithoutIPv4,
            EnableIPv6 = attributes.IPv6,
            Internal = attributes.Internal,
            Attachable = attributes.Attachable,
            ConfigFrom = new ConfigReference { Network = attributes.ConfigFrom },
            ConfigOnly = attributes.ConfigOnly,
            Options = new(network.Options),
            Labels = new(attributes.Labels),
        };
    }

    // Those of families for which none was asked.
    private static IEnumerable<NetworkSubnet> Chosen(Network network) =>
        network.Subnets.Where(s => !network.Attributes.Asked.Any(a => a.IsIPv6() == (s.Prefix.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6)));

    // As it was asked for: what was not said is not shown.
    private static IpamConfig Of(AskedSubnet subnet) => new()
    {
        Subnet = subnet.Subnet, IPRange = subnet.Range, Gateway = subnet.Gateway, AuxiliaryAddresses = subnet.Auxiliary is { } others ? new(others) : null,
    };

    private static IpamConfig Of(NetworkSubnet subnet) => new()
    {
        Subnet = subnet.Prefix.ToString(), IPRange = subnet.Range == subnet.Prefix ? null : subnet.Range?.ToString(), Gateway = subnet.HasGateway ? subnet.Gateway.ToString() : null,

        // As Docker shows the default bridge's.
        AuxiliaryAddresses = subnet.Router is { AddressFamily: var family } router
            ? new() { [family == AddressFamily.InterNetwork ? "DefaultGatewayIPv4" : "DefaultGatewayIPv6"] = router.ToString() }
            : null,
    };
}
