using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;

namespace Quai.Networks.Ipam;

/// <summary>Chooses subnets for networks that name none: the first of the pools that no network, interface or route of the host has.</summary>
/// <param name="route">NETLINK_ROUTE in the host's namespace.</param>
/// <param name="ipv4">Where those of IPv4 come from.</param>
/// <param name="ipv6">Where those of IPv6 come from.</param>
internal sealed class FreeSubnets(NetlinkSocket route, SubnetPools ipv4, SubnetPools ipv6)
{
    /// <summary>Chooses one, and its first address.</summary>
    /// <param name="family">Of which family.</param>
    /// <param name="taken">Subnets of networks, whether they are there or not.</param>
    /// <exception cref="QuaiException">None is left.</exception>
    public InterfaceAddress Choose(AddressFamily family, IReadOnlyList<IPNetwork> taken)
    {
        List<IPNetwork> used =
        [
            .. taken.Where(t => t.BaseAddress.AddressFamily == family),
            .. Addresses.List(route, family).Select(a => Prefixes.Of(a.Address, a.PrefixLength)),

            // A route to more than half of all addresses is a default route in two parts, as VPNs make them.
            .. Routes.List(route, family).Where(r => r.Destination is not null && r.PrefixLength > 1).Select(r => Prefixes.Of(r.Destination!, r.PrefixLength)),
        ];
        IPNetwork subnet = (family == AddressFamily.InterNetwork ? ipv4 : ipv6).Choose(used);
        return new InterfaceAddress(Prefixes.Address(Prefixes.First(subnet) + 1, family), subnet.PrefixLength);
    }
}
