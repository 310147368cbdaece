using System.Net;
using Quai.Errors;
using Quai.Linux.Netlink;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>The network between the hosts, as far as this host's own interface on it tells.</summary>
internal static class Underlay
{
    /// <summary>The largest packet of a container that the network between the hosts carries, in bytes.</summary>
    /// <exception cref="QuaiException">The network's address is none of this host's, or packets are to be larger than that.</exception>
    public static int MtuOf(OverlaySettings network, NetlinkSocket route)
    {
        LinkAddress[] found = [.. Addresses.List(route, network.Local.AddressFamily).Where(a => a.Address.Equals(network.Local))];
        if (found.Length == 0)
        {
            throw QuaiException.System($"{network.Local} is not an address of this host: give one of its own with -o quai.overlay.local=…");
        }

        Link link = Links.List(route).Find(l => l.Index == found[0].LinkIndex);
        int largest = link.Mtu - network.Overhead;
        return network.Mtu == 0 ? largest
            : network.Mtu <= largest ? network.Mtu
            : throw QuaiException.Invalid($"MTU {network.Mtu} is too large: interface {link.Name}, which has {network.Local}, carries {link.Mtu} bytes, of which the tunnel takes {network.Overhead}");
    }
}
