using System.Net;
using System.Security.Cryptography;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Networks;

/// <summary>The default bridge in the kernel.</summary>
/// <param name="Index">Its interface's index.</param>
/// <param name="Subnet">Its subnet.</param>
/// <param name="Gateway">Its own address.</param>
/// <param name="Made">Whether it was made just now, rather than found.</param>
internal readonly record struct BridgeState(int Index, Subnet Subnet, uint Gateway, bool Made);

/// <summary>Makes the default bridge, or adopts the one that is there.</summary>
internal static class DefaultBridge
{
    /// <summary>Whether the kernel has IPv6: without it, settings of that family are refused.</summary>
    public static bool KernelHasIPv6 => Directory.Exists("/proc/sys/net/ipv6");

    /// <summary>
    /// Whether <c>br_netfilter</c> is loaded, as dockerd loads it. The firewall then also sees what bridges forward, and what a container sends to a published
    /// port of its own turns round inside the bridge, which must be allowed for the port; without it such packets are routed.
    /// </summary>
    public static bool FiltersBridgedTraffic => Directory.Exists("/proc/sys/net/bridge");

    /// <summary>Makes sure of the bridge, its address and its settings.</summary>
    /// <param name="socket">NETLINK_ROUTE in the host's namespace.</param>
    /// <param name="options">Its name, address and MTU.</param>
    /// <param name="recorded">The address and prefix it had before, or null.</param>
    public static BridgeState Ensure(NetlinkSocket socket, NetworkOptions options, string? recorded)
    {
        string name = options.Bridge;
        if (name.Length is 0 or > 15 || name.AsSpan().ContainsAny('/', ' ', ':'))
        {
            throw QuaiException.Invalid($"invalid bridge name: {name}");
        }

        Link? found = Find(socket, name);
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
            Links.WriteBridge(writer, name, mac, options.Mtu);
            Send(socket, writer, $"create bridge {name}");
        }

        Link bridge = found ?? Find(socket, name) ?? throw new LinuxException("netlink", Errno.ENODEV, $"find bridge {name}");
        if (bridge.Kind != "bridge")
        {
            throw QuaiException.Conflict($"interface {name} is not a bridge: it is there already and of another kind");
        }

        // Autoconfiguration is switched off before the bridge comes up, or an address would have been made already.
        Links.WriteChange(writer, new LinkChange { Index = bridge.Index, RouteLocalnet = true, NoIPv6Autoconfiguration = KernelHasIPv6 });
        Send(socket, writer, $"configure bridge {name}");
        SetAddress(socket, writer, bridge, addresses, gateway, subnet.PrefixLength, recorded);
        Links.WriteChange(writer, new LinkChange { Index = bridge.Index, Up = true });
        Send(socket, writer, $"set bridge {name} up");
        if (options.IpForward)
        {
            EnableForwarding();
        }

        return new BridgeState(bridge.Index, subnet, gateway, Made: found is null);
    }

    /// <summary>Whether an interface of that name is there.</summary>
    public static bool Exists(NetlinkSocket socket, string name) => Find(socket, name) is not null;

    /// <summary>Deletes a bridge, if it is there.</summary>
    public static void Delete(NetlinkSocket socket, string name)
    {
        if (Find(socket, name) is { } bridge)
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

    private static void EnableForwarding()
    {
        const string Path = "/proc/sys/net/ipv4/ip_forward";
        if (File.ReadAllText(Path).Trim() != "1")
        {
            File.WriteAllText(Path, "1");
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

    private static Link? Find(NetlinkSocket socket, string name)
    {
        foreach (Link link in Links.List(socket))
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
