using System.Collections.Frozen;
using System.Net;
using Quai.Linux.Netlink;

namespace Quai.Networks.Bridges;

/// <summary>
/// Makes the messages that connect a container to its bridge. The order is the fastest that was measured: the pair is made down, the host's end
/// goes on the bridge before it comes up, and IPv6 autoconfiguration is off before either end comes up, which saves the kernel
/// the multicast groups and duplicate detection of link-local addresses nobody uses. An end of a veth pair cannot be made up in the request that makes the pair.
/// </summary>
internal static class EndpointMessages
{
    private const string InterfaceName = SandboxSetup.InterfaceName;

    private static readonly FrozenDictionary<string, string> s_withoutIPv6 =
        new Dictionary<string, string> { [$"net.ipv6.conf.{InterfaceName}.disable_ipv6"] = "1" }.ToFrozenDictionary();

    private static readonly SandboxMessage LoopbackUp = SandboxSetup.LoopbackUp();

    /// <summary>Makes the messages.</summary>
    /// <param name="hostInterface">Name of the host's end.</param>
    /// <param name="bridgeIndex">The bridge's index in the host's namespace.</param>
    /// <param name="ownBridge">Whether the bridge was made by Quai: nobody else's ports are on it then.</param>
    /// <param name="mac">The container's hardware address.</param>
    /// <param name="address">The container's address.</param>
    /// <param name="prefixLength">Of the subnet.</param>
    /// <param name="gateway">Next hop of the default route.</param>
    /// <param name="mtu">Bytes; 0 for the kernel's default.</param>
    /// <param name="isolated">Whether it is kept from other isolated ports of the bridge.</param>
    /// <param name="hairpin">Whether frames may go back to it (<see cref="DefaultBridge.FiltersBridgedTraffic"/>).</param>
    /// <param name="ipv6">Whether the kernel has IPv6 at all.</param>
    public static SandboxSetup Build(string hostInterface, int bridgeIndex, bool ownBridge, byte[] mac, IPAddress address, int prefixLength, IPAddress gateway, int mtu, bool isolated, bool hairpin, bool ipv6)
    {
        const int Index = SandboxSetup.InterfaceIndex;
        List<SandboxMessage> messages = new(10) { LoopbackUp };
        using var writer = new NetlinkWriter(512);

        // The namespace descriptor of the host's end is filled in by whoever sends the message.
        int offset = Links.WriteVeth(
            writer,
            new VethEnd { Name = InterfaceName, Index = Index, Mac = mac, Mtu = mtu },
            new VethEnd { Name = hostInterface, Mtu = mtu, InNamespace = true });
        Add(messages, writer, inHost: false, $"create veth pair {hostInterface}", offset);

        Links.WriteChange(writer, Join(hostInterface, bridgeIndex, ipv6));
        Add(messages, writer, inHost: true, $"add {hostInterface} to its bridge");

        // A port's own settings can only be given once it is a port.
        Links.WriteChange(writer, new LinkChange { Name = hostInterface, Up = true, Isolated = isolated, Hairpin = hairpin, ForwardsLinkLocalGroups = ownBridge });
        Add(messages, writer, inHost: true, $"set interface {hostInterface} up");

        if (ipv6)
        {
            Links.WriteChange(writer, new LinkChange { Index = Index, NoIPv6Autoconfiguration = true });
            Add(messages, writer, inHost: false, $"turn off IPv6 autoconfiguration of {InterfaceName}");
        }

        Links.WriteChange(writer, new LinkChange { Index = Index, Up = true });
        Add(messages, writer, inHost: false, $"set interface {InterfaceName} up");

        // Carrier changes reach the bridge by a kernel worker. A program that sends before it ran would lose its first packet, and wait a second to send it again.
        Links.WriteSettle(writer, 0, hostInterface);
        Add(messages, writer, inHost: true, $"await that {hostInterface} forwards");
        Links.WriteSettle(writer, bridgeIndex);
        Add(messages, writer, inHost: true, "await that the bridge sends");

        Addresses.WriteAdd(writer, Index, address, prefixLength);
        Add(messages, writer, inHost: false, $"add address {address}/{prefixLength} to {InterfaceName}");
        Routes.WriteDefault(writer, Index, gateway);
        Add(messages, writer, inHost: false, $"add default route via {gateway}");
        return ipv6 ? new SandboxSetup(messages) { Settings = s_withoutIPv6 } : new SandboxSetup(messages);
    }

    /// <summary>
    /// Puts the host's end on the bridge. Frames to the link-local groups go past a bridge to its port, and so to the host's own protocols: this port takes
    /// no IPv4 from anybody, its group is what rules drop everything by, and on a bridge of Quai's such frames are not let past at all.
    /// </summary>
    public static LinkChange Join(string hostInterface, int bridgeIndex, bool ipv6) => new()
    {
        Name = hostInterface,
        Master = bridgeIndex,
        Group = InterfaceGroups.Ports,
        RouteLocalnet = false,
        NoRedirects = true,
        StrictReversePath = true,
        NoIPv6Autoconfiguration = ipv6,
    };

    private static void Add(List<SandboxMessage> messages, NetlinkWriter writer, bool inHost, string what, int offset = -1)
    {
        messages.Add(new SandboxMessage(inHost, writer.Written.ToArray(), offset, what));
        writer.Clear();
    }
}
