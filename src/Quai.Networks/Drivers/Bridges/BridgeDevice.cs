using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Networks.Ipam;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>Bridges in the kernel: makes one, or adopts the one that is there.</summary>
/// <param name="socket">NETLINK_ROUTE in the host's namespace.</param>
/// <param name="owner">Whose the bridges are, as other daemons read it beside them; empty for nobody's.</param>
/// <param name="guarded">Whether rules keep the host's loopback from everybody else.</param>
/// <param name="subnets">Where subnets come from that nobody named.</param>
internal sealed class BridgeDevice(NetlinkSocket socket, string owner, bool guarded, FreeSubnets subnets)
{
    private const string Mark = "quaid ";

    /// <summary>
    /// Whether <c>br_netfilter</c> is loaded, as dockerd loads it. The firewall then also sees what bridges forward, and what a container sends to a published
    /// port of its own turns round inside the bridge, which must be allowed for the port; without it such packets are routed.
    /// </summary>
    public static bool FiltersBridgedTraffic => Directory.Exists("/proc/sys/net/bridge");

    /// <summary>Whether a name can be an interface's.</summary>
    /// <exception cref="QuaiException">It cannot.</exception>
    public static void CheckName(string name)
    {
        if (!InterfaceNames.IsValid(name))
        {
            throw QuaiException.Invalid($"invalid bridge name: {name}");
        }
    }

    /// <summary>Makes sure of a bridge, its addresses and its settings.</summary>
    /// <param name="settings">What it is to be.</param>
    /// <param name="recorded">The addresses that it had before.</param>
    /// <param name="own">Whether it is this daemon's own: see <see cref="IsOurs"/>.</param>
    /// <param name="taken">Subnets of other networks, whether they are there or not.</param>
    public BridgeState Ensure(BridgeSettings settings, IReadOnlyList<InterfaceAddress> recorded, bool own, IReadOnlyList<IPNetwork> taken)
    {
        string name = settings.Interface;
        if (settings.IPv6 is not null && !BridgeSysctls.KernelHasIPv6)
        {
            throw QuaiException.System($"bridge {name} cannot have IPv6: the host's kernel has it switched off");
        }

        List<Link> links = Links.List(socket);
        Link? found = Find(links, name);
        BridgeAddress? ipv4 = AddressOf(settings.IPv4, AddressFamily.InterNetwork, found, recorded, taken), ipv6 = AddressOf(settings.IPv6, AddressFamily.InterNetworkV6, found, recorded, taken);
        if (ipv4?.Wanted is { } wanted && (wanted.PrefixLength < 8 || wanted.PrefixLength > settings.LongestPrefix))
        {
            throw QuaiException.Invalid($"invalid bridge address {wanted}: the prefix length must be between 8 and {settings.LongestPrefix}");
        }

        using var writer = new NetlinkWriter();
        if (found is null)
        {
            byte[] mac = [0x02, 0x42, 0, 0, 0, 0];
            RandomNumberGenerator.Fill(mac.AsSpan(2));
            Links.WriteBridge(writer, name, mac, settings.Mtu, InterfaceGroups.Bridges);
            Send(writer, $"create bridge {name}");
        }

        Link bridge = found ?? Links.Find(socket, name) ?? throw new LinuxException("netlink", Errno.ENODEV, $"find bridge {name}");
        if (bridge.Kind != "bridge")
        {
            throw QuaiException.System($"existing interface {name} is not a bridge");
        }

        // All before the bridge comes up, or an address would have been made already.
        bool closed = own || !BridgeSysctls.LeadsElsewhere(bridge, links);
        Links.WriteChange(writer, new LinkChange
        {
            Index = bridge.Index,
            Group = own ? InterfaceGroups.Bridges : null,
            Alias = own && owner.Length > 0 ? Mark + owner : null,

            // Only where rules keep the host's loopback from everybody else.
            RouteLocalnet = guarded ? true : own ? false : null,
            NoRedirects = closed,
            NoIPv6Autoconfiguration = own && BridgeSysctls.KernelHasIPv6,
        });
        Send(writer, $"configure bridge {name}");
        if (closed)
        {
            BridgeSysctls.CloseIPv6(name, own ? settings.IPv6 is null : null);
        }

        ipv4?.Set(socket, bridge);
        ipv6?.Set(socket, bridge);
        if (own && ipv6 is not null)
        {
            BridgeAddress.SetLinkLocal(socket, bridge);
        }

        Links.WriteChange(writer, new LinkChange { Index = bridge.Index, Up = true });
        Send(writer, $"set bridge {name} up");
        return new BridgeState(bridge.Index, ipv4?.Wanted, ipv6?.Wanted, own, closed);
    }

    /// <summary>Whether a bridge is this daemon's own: it made it, or will.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="recorded">Whether it is recorded as made by this daemon.</param>
    /// <exception cref="QuaiException">It is another daemon's, whether that runs now or not.</exception>
    public bool IsOurs(string name, bool recorded)
    {
        if (recorded || Links.Find(socket, name) is not { } found)
        {
            return true;
        }

        if (!found.Alias.StartsWith(Mark, StringComparison.Ordinal))
        {
            return false;
        }

        string other = found.Alias[Mark.Length..];
        return other == owner ? true : throw QuaiException.Conflict(
            $"bridge {name} belongs to the quaid whose data root is {other}: give this one a bridge of its own with --bridge, or delete the interface if that quaid is no more");
    }

    /// <summary>Deletes a bridge, if it is there.</summary>
    public void Delete(string name)
    {
        if (Links.Find(socket, name) is { } bridge)
        {
            Delete(bridge);
        }
    }

    /// <summary>
    /// Takes a bridge out of use: it has no address, and so no route leads to it. Deleting it is left to <see cref="RetiredInterfaces"/>, as the kernel takes some
    /// 30 ms to be sure that nobody looks at an interface any more.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="addresses">The addresses that this daemon gave it.</param>
    /// <returns>Whether it is there.</returns>
    public bool Retire(string name, IReadOnlyList<InterfaceAddress> addresses)
    {
        if (Links.Find(socket, name) is not { Kind: "bridge" } bridge)
        {
            return false;
        }

        using var writer = new NetlinkWriter();
        Links.WriteChange(writer, new LinkChange { Index = bridge.Index, Group = InterfaceGroups.Retired });
        Send(writer, $"retire bridge {name}");
        foreach (InterfaceAddress address in addresses)
        {
            try
            {
                Addresses.WriteDelete(writer, bridge.Index, address.Address, address.PrefixLength);
                Send(writer, $"delete address {address} of {name}");
            }
            catch (LinuxException e) when (e.Errno is Errno.EADDRNOTAVAIL or Errno.ENODEV)
            {
                // It had none: the network has no gateway, or somebody took it away. Or whoever deletes what is retired has been faster.
                writer.Clear();
            }
        }

        return true;
    }

    /// <summary>Deletes what is left of containers' host interfaces, of those named.</summary>
    public void DeletePorts(int bridgeIndex, IReadOnlySet<string> names)
    {
        if (names.Count == 0)
        {
            return;
        }

        foreach (Link link in Links.List(socket))
        {
            if (link.Kind == "veth" && (link.Master == bridgeIndex || link.Master == 0) && names.Contains(link.Name))
            {
                Delete(link);
            }
        }
    }

    /// <summary>Gives the ports of containers that run the settings that those of today's starts have: an earlier version may have made them.</summary>
    public void MendPorts(BridgeState bridge, IReadOnlySet<string> names)
    {
        if (names.Count == 0)
        {
            return;
        }

        using var writer = new NetlinkWriter();
        foreach (Link link in Links.List(socket))
        {
            if (link.Master == bridge.Index && link.Group != InterfaceGroups.Ports && names.Contains(link.Name))
            {
                Links.WriteChange(writer, EndpointMessages.Join(link.Name, bridge.Index, BridgeSysctls.KernelHasIPv6) with { Master = null });
                Send(writer, $"configure interface {link.Name}");
                Links.WriteChange(writer, new LinkChange { Index = link.Index, ForwardsLinkLocalGroups = bridge.Own });
                Send(writer, $"configure port {link.Name}");
            }
        }
    }

    private void Delete(Link link)
    {
        using var writer = new NetlinkWriter();
        Links.WriteDelete(writer, link.Index);
        try
        {
            Send(writer, $"delete interface {link.Name}");
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            // Its namespace died in between and took it along.
        }
    }

    private BridgeAddress? AddressOf(BridgeFamily? settings, AddressFamily family, Link? found, IReadOnlyList<InterfaceAddress> recorded, IReadOnlyList<IPNetwork> taken)
    {
        if (settings is null)
        {
            return null;
        }

        InterfaceAddress? before = recorded.Where(r => r.Address.AddressFamily == family).Select(r => (InterfaceAddress?)r).FirstOrDefault();
        List<InterfaceAddress> present =
            found is { } bridge ? [.. Addresses.List(socket, family).Where(a => a.LinkIndex == bridge.Index).Select(a => new InterfaceAddress(a.Address, a.PrefixLength))] : [];
        InterfaceAddress wanted = settings.Address ?? (present.Count > 0 ? present[0] : (InterfaceAddress?)null) ?? before ?? subnets.Choose(family, taken);
        return new BridgeAddress(wanted, settings.HasAddress, before, present);
    }

    private static Link? Find(List<Link> links, string name)
    {
        foreach (Link link in links)
        {
            if (link.Name == name)
            {
                return link;
            }
        }

        return null;
    }

    private void Send(NetlinkWriter writer, string what)
    {
        socket.Request(writer.Written, what);
        writer.Clear();
    }
}
