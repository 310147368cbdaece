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

    /// <summary>
    /// Refuses a subnet that would take the host's own traffic away: that of one of its interfaces or routes, or a part of it, or with a gateway whose address the host
    /// has. What is merely wider than the host's networks is as good as in Docker: the kernel prefers the narrower ones.
    /// </summary>
    /// <param name="asked">A network's own address and its subnet.</param>
    /// <exception cref="QuaiException">It would, and by whose it is.</exception>
    public void CheckHost(InterfaceAddress asked)
    {
        AddressFamily family = asked.Address.AddressFamily;
        if (asked.Address.IsIPv6LinkLocal)
        {
            // Each interface has its own of these.
            return;
        }

        foreach (LinkAddress own in Addresses.List(route, family))
        {
            if (own.Address.Equals(asked.Address) || (asked.PrefixLength >= own.PrefixLength && Prefixes.Of(own.Address, own.PrefixLength).Contains(asked.Address)))
            {
                throw Overlaps(asked, own.LinkIndex, $"has address {own.Address}/{own.PrefixLength}");
            }
        }

        if (Routes.List(route, family).Find(r => r.PrefixLength == asked.PrefixLength && asked.Network.BaseAddress.Equals(r.Destination)) is { Destination: not null } same)
        {
            throw Overlaps(asked, same.LinkIndex, "has a route to it");
        }
    }

    private QuaiException Overlaps(InterfaceAddress asked, int link, string how)
    {
        string name = Links.List(route).Find(l => l.Index == link).Name ?? "another";
        return new QuaiException(
            ErrorKind.Forbidden, $"invalid pool request: Pool overlaps with other one on this address space: {asked.Network} is of the host's interface {name}, which {how}");
    }
}
