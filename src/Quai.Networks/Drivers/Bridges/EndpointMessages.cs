using System.Collections.Frozen;
using System.Net;
using Quai.Linux.Netlink;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>
/// Makes the messages that connect a container to its bridge. The order is the fastest that was measured: the pair is made down, the host's end
/// goes on the bridge before it comes up, and IPv6 autoconfiguration is off before either end comes up, which saves the kernel
/// the multicast groups and duplicate detection of link-local addresses nobody uses. An end of a veth pair cannot be made up in the request that makes the pair.
/// </summary>
internal static class EndpointMessages
{
    private static readonly SandboxInterface s_first = new(0);

    private static readonly FrozenDictionary<string, string> s_firstWithoutIPv6 =
        new Dictionary<string, string> { [$"net.ipv6.conf.{s_first.Name}.disable_ipv6"] = "1" }.ToFrozenDictionary();

    /// <summary>Makes the messages.</summary>
    /// <param name="place">The endpoint.</param>
    /// <param name="bridge">The bridge it is to be on.</param>
    /// <param name="settings">What the network is to be like.</param>
    /// <param name="hairpin">Whether frames may go back to it (<see cref="BridgeDevice.FiltersBridgedTraffic"/>).</param>
    /// <param name="ipv6">Whether the kernel has IPv6 at all.</param>
    public static SandboxSetup Build(EndpointPlace place, BridgeState bridge, BridgeSettings settings, bool hairpin, bool ipv6)
    {
        string hostInterface = place.HostInterface, name = place.Interface.Name;
        int index = place.Interface.Index;
        List<SandboxMessage> messages = new(8);
        using var writer = new NetlinkWriter(512);

        // The namespace descriptor of the host's end is filled in by whoever sends the message.
        int offset = Links.WriteVeth(
            writer,
            new VethEnd { Name = name, Index = index, Mac = place.Mac, Mtu = settings.Mtu },
            new VethEnd { Name = hostInterface, Mtu = settings.Mtu, InNamespace = true });
        Add(messages, writer, inHost: false, $"create veth pair {hostInterface}", offset);

        Links.WriteChange(writer, Join(hostInterface, bridge.Index, ipv6));
        Add(messages, writer, inHost: true, $"add {hostInterface} to its bridge");

        // A port's own settings can only be given once it is a port. Where nobody else's ports are on the bridge, link-local groups go past it nowhere.
        Links.WriteChange(writer, new LinkChange { Name = hostInterface, Up = true, Isolated = !settings.InterContainer, Hairpin = hairpin, ForwardsLinkLocalGroups = bridge.Own });
        Add(messages, writer, inHost: true, $"set interface {hostInterface} up");

        if (ipv6)
        {
            Links.WriteChange(writer, new LinkChange { Index = index, NoIPv6Autoconfiguration = true });
            Add(messages, writer, inHost: false, $"turn off IPv6 autoconfiguration of {name}");
        }

        Links.WriteChange(writer, new LinkChange { Index = index, Up = true });
        Add(messages, writer, inHost: false, $"set interface {name} up");

        // Carrier changes reach the bridge by a kernel worker. A program that sends before it ran would lose its first packet, and wait a second to send it again.
        Links.WriteSettle(writer, 0, hostInterface);
        Add(messages, writer, inHost: true, $"await that {hostInterface} forwards");
        Links.WriteSettle(writer, bridge.Index);
        Add(messages, writer, inHost: true, "await that the bridge sends");

        if (place.IPv4 is { } address)
        {
            Addresses.WriteAdd(writer, index, address.Address, address.PrefixLength);
            Add(messages, writer, inHost: false, $"add address {address.Address}/{address.PrefixLength} to {name}");
        }

        if (place.IPv6 is { } address6)
        {
            // The kernel would look for a second whether somebody has it.
            IPAddress link = BridgeAddress.LinkLocal(place.Mac);
            Addresses.WriteAdd(writer, index, link, 64);
            Add(messages, writer, inHost: false, $"add address {link}/64 to {name}");
            Addresses.WriteAdd(writer, index, address6.Address, address6.PrefixLength);
            Add(messages, writer, inHost: false, $"add address {address6.Address}/{address6.PrefixLength} to {name}");
        }

        return ipv6 && place.IPv6 is null ? new SandboxSetup(messages) { Settings = WithoutIPv6(name) } : new SandboxSetup(messages);
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

    /// <summary>The setting that an interface without IPv6 has none.</summary>
    public static FrozenDictionary<string, string> WithoutIPv6(string name) =>
        name == s_first.Name ? s_firstWithoutIPv6 : new Dictionary<string, string> { [$"net.ipv6.conf.{name}.disable_ipv6"] = "1" }.ToFrozenDictionary();

    private static void Add(List<SandboxMessage> messages, NetlinkWriter writer, bool inHost, string what, int offset = -1)
    {
        messages.Add(new SandboxMessage(inHost, writer.Written.ToArray(), offset, what));
        writer.Clear();
    }
}
