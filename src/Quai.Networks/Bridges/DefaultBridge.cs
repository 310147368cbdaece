using System.Net;
using System.Security.Cryptography;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Networks.Bridges;

/// <summary>The default bridge in the kernel.</summary>
/// <param name="Index">Its interface's index.</param>
/// <param name="Subnet">Its subnet.</param>
/// <param name="Gateway">Its own address.</param>
/// <param name="Own">Whether it was made by this daemon, now or earlier, rather than adopted.</param>
/// <param name="Closed">Whether the host takes no settings from it (router advertisements, redirects): every bridge but one that leads elsewhere.</param>
internal readonly record struct BridgeState(int Index, Subnet Subnet, uint Gateway, bool Own, bool Closed);

/// <summary>Makes the default bridge, or adopts the one that is there.</summary>
internal static class DefaultBridge
{
    private const string Mark = "quaid ";

    /// <summary>
    /// Whether <c>br_netfilter</c> is loaded, as dockerd loads it. The firewall then also sees what bridges forward, and what a container sends to a published
    /// port of its own turns round inside the bridge, which must be allowed for the port; without it such packets are routed.
    /// </summary>
    public static bool FiltersBridgedTraffic => Directory.Exists("/proc/sys/net/bridge");

    /// <summary>Makes sure of the bridge, its address and its settings.</summary>
    /// <param name="socket">NETLINK_ROUTE in the host's namespace.</param>
    /// <param name="options">Its name, address and MTU.</param>
    /// <param name="recorded">The address and prefix it had before, or null.</param>
    /// <param name="own">Whether it is this daemon's own: see <see cref="IsOurs"/>.</param>
    public static BridgeState Ensure(NetlinkSocket socket, NetworkOptions options, string? recorded, bool own)
    {
        string name = options.Bridge;
        if (name.Length is 0 or > 15 || name is "." or ".." || name.AsSpan().ContainsAny('/', ' ', ':'))
        {
            throw QuaiException.Invalid($"invalid bridge name: {name}");
        }

        List<Link> links = Links.List(socket);
        Link? found = Find(links, name);
        List<LinkAddress> addresses = Addresses.List(socket);
        (Subnet subnet, uint gateway) = Subnet.Parse(options.BridgeAddress ?? AddressOf(found, addresses) ?? recorded ?? FirstFree(socket, addresses));
        if (subnet.PrefixLength is < 8 or > 30)
        {
            throw QuaiException.Invalid($"invalid bridge address {Subnet.ToAddress(gateway)}/{subnet.PrefixLength}: the prefix length must be between 8 and 30");
        }

        using var writer = new NetlinkWriter();
        if (found is null)
        {
            byte[] mac = [0x02, 0x42, 0, 0, 0, 0];
            RandomNumberGenerator.Fill(mac.AsSpan(2));
            Links.WriteBridge(writer, name, mac, options.Mtu, InterfaceGroups.Bridges);
            Send(socket, writer, $"create bridge {name}");
        }

        Link bridge = found ?? Find(Links.List(socket), name) ?? throw new LinuxException("netlink", Errno.ENODEV, $"find bridge {name}");
        if (bridge.Kind != "bridge")
        {
            throw QuaiException.Conflict($"interface {name} is not a bridge: it is there already and of another kind");
        }

        // All before the bridge comes up, or an address would have been made already.
        bool closed = own || !BridgeSettings.LeadsElsewhere(bridge, links);
        Links.WriteChange(writer, new LinkChange
        {
            Index = bridge.Index,
            Group = own ? InterfaceGroups.Bridges : null,
            Alias = own && options.Owner.Length > 0 ? Mark + options.Owner : null,

            // Only where rules keep the host's loopback from everybody else.
            RouteLocalnet = options.Firewall ? true : own ? false : null,
            NoRedirects = closed,
            NoIPv6Autoconfiguration = own && BridgeSettings.KernelHasIPv6,
        });
        Send(socket, writer, $"configure bridge {name}");
        if (closed)
        {
            BridgeSettings.CloseIPv6(name, disable: own);
        }

        SetAddress(socket, writer, bridge, addresses, gateway, subnet.PrefixLength, recorded);
        Links.WriteChange(writer, new LinkChange { Index = bridge.Index, Up = true });
        Send(socket, writer, $"set bridge {name} up");
        return new BridgeState(bridge.Index, subnet, gateway, own, closed);
    }

    /// <summary>Whether a bridge is this daemon's own: it made it, or will.</summary>
    /// <param name="socket">NETLINK_ROUTE in the host's namespace.</param>
    /// <param name="options">Its name, and whose it is.</param>
    /// <param name="recorded">Whether it is recorded as made by this daemon.</param>
    /// <exception cref="QuaiException">It is another daemon's, whether that runs now or not.</exception>
    public static bool IsOurs(NetlinkSocket socket, NetworkOptions options, bool recorded)
    {
        if (recorded || Find(Links.List(socket), options.Bridge) is not { } found)
        {
            return true;
        }

        if (!found.Alias.StartsWith(Mark, StringComparison.Ordinal))
        {
            return false;
        }

        string owner = found.Alias[Mark.Length..];
        return owner == options.Owner ? true : throw QuaiException.Conflict(
            $"bridge {options.Bridge} belongs to the quaid whose data root is {owner}: give this one a bridge of its own with --bridge, or delete the interface if that quaid is no more");
    }

    /// <summary>Deletes a bridge, if it is there.</summary>
    public static void Delete(NetlinkSocket socket, string name)
    {
        if (Find(Links.List(socket), name) is { } bridge)
        {
            Delete(socket, bridge);
        }
    }

    /// <summary>Deletes what is left of containers' host interfaces, of those named.</summary>
    public static void DeletePorts(NetlinkSocket socket, int bridgeIndex, IReadOnlySet<string> names)
    {
        foreach (Link link in Links.List(socket))
        {
            if (link.Kind == "veth" && (link.Master == bridgeIndex || link.Master == 0) && names.Contains(link.Name))
            {
                Delete(socket, link);
            }
        }
    }

    /// <summary>Gives the ports of containers that run the settings that those of today's starts have: an earlier version may have made them.</summary>
    public static void MendPorts(NetlinkSocket socket, BridgeState bridge, IReadOnlySet<string> names)
    {
        using var writer = new NetlinkWriter();
        foreach (Link link in Links.List(socket))
        {
            if (link.Master == bridge.Index && link.Group != InterfaceGroups.Ports && names.Contains(link.Name))
            {
                Links.WriteChange(writer, EndpointMessages.Join(link.Name, bridge.Index, BridgeSettings.KernelHasIPv6) with { Master = null });
                Send(socket, writer, $"configure interface {link.Name}");
                Links.WriteChange(writer, new LinkChange { Index = link.Index, ForwardsLinkLocalGroups = bridge.Own });
                Send(socket, writer, $"configure port {link.Name}");
            }
        }
    }

    private static void Delete(NetlinkSocket socket, Link link)
    {
        using var writer = new NetlinkWriter();
        Links.WriteDelete(writer, link.Index);
        try
        {
            Send(socket, writer, $"delete interface {link.Name}");
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            // Its namespace died in between and took it along.
        }
    }

    private static void SetAddress(NetlinkSocket socket, NetlinkWriter writer, Link bridge, List<LinkAddress> addresses, uint gateway, int prefixLength, string? recorded)
    {
        IPAddress wanted = Subnet.ToAddress(gateway);
        bool present = false;
        foreach (LinkAddress address in addresses)
        {
            if (address.LinkIndex != bridge.Index)
            {
                continue;
            }

            if (address.Address.Equals(wanted) && address.PrefixLength == prefixLength)
            {
                present = true;
            }
            else if ($"{address.Address}/{address.PrefixLength}" == recorded)
            {
                // The address this daemon gave it before its setting was changed.
                Addresses.WriteDelete(writer, bridge.Index, address.Address, address.PrefixLength);
                Send(socket, writer, $"delete address {recorded} of {bridge.Name}");
            }
        }

        if (!present)
        {
            Addresses.WriteAdd(writer, bridge.Index, wanted, prefixLength);
            Send(socket, writer, $"add address {wanted}/{prefixLength} to {bridge.Name}");
        }
    }

    private static string? AddressOf(Link? bridge, List<LinkAddress> addresses)
    {
        foreach (LinkAddress address in addresses)
        {
            if (bridge is { } link && address.LinkIndex == link.Index)
            {
                return $"{address.Address}/{address.PrefixLength}";
            }
        }

        return null;
    }

    private static string FirstFree(NetlinkSocket socket, List<LinkAddress> addresses)
    {
        List<Subnet> taken = [.. addresses.Select(a => Subnet.Parse($"{a.Address}/{a.PrefixLength}").Subnet)];
        taken.AddRange(Routes.List(socket).Where(r => r.Destination is not null).Select(r => Subnet.Parse($"{r.Destination}/{r.PrefixLength}").Subnet));

        // Docker's pools: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and on.
        for (int i = 17; i < 32 + 16; i++)
        {
            string candidate = i < 32 ? $"172.{i}.0.1/16" : $"192.168.{(i - 32) * 16}.1/20";
            Subnet subnet = Subnet.Parse(candidate).Subnet;
            if (!taken.Exists(t => t.Overlaps(subnet)))
            {
                return candidate;
            }
        }

        throw QuaiException.System("all predefined address pools have been fully subnetted");
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

    private static void Send(NetlinkSocket socket, NetlinkWriter writer, string what)
    {
        socket.Request(writer.Written, what);
        writer.Clear();
    }
}
