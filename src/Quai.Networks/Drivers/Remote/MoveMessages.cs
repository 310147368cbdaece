using System.Collections.Frozen;
using System.Net;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Ipam;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Remote;

/// <summary>Makes the messages that give a container an interface that is on the host already, and those that give it back.</summary>
internal static class MoveMessages
{
    /// <summary>Makes the messages; none where there is no interface.</summary>
    /// <param name="at">The container's interface.</param>
    /// <param name="made">What the plugin made.</param>
    /// <param name="addresses">The endpoint's addresses.</param>
    /// <param name="ipv6">Whether the kernel has IPv6 at all.</param>
    public static SandboxSetup Build(SandboxInterface at, RemoteInterface made, IReadOnlyList<EndpointAddress> addresses, bool ipv6)
    {
        if (made.Source.Length == 0)
        {
            return new SandboxSetup([]);
        }

        (string name, int index) = (at.Name, at.Index);
        List<SandboxMessage> messages = [];
        using var writer = new NetlinkWriter(512);
        int offset = Links.WriteMove(writer, 0, made.Source, index);
        messages.Add(Message(writer, $"move the host's interface {made.Source}", inHost: true, offset));

        // In its new namespace it is down, as a new name and a new hardware address want it.
        Links.WriteChange(writer, new LinkChange { Index = index, Rename = name, Mac = made.Mac.Length > 0 ? MacAddress.Parse(made.Mac) : null });
        messages.Add(Message(writer, $"name interface {name}"));
        Links.WriteChange(writer, new LinkChange { Index = index, Up = true });
        messages.Add(Message(writer, $"set interface {name} up"));
        Links.WriteSettle(writer, index);
        messages.Add(Message(writer, $"await that {name} sends"));
        foreach (EndpointAddress address in addresses)
        {
            Addresses.WriteAdd(writer, index, address.Address, address.PrefixLength);
            messages.Add(Message(writer, $"add address {address.Address}/{address.PrefixLength} to {name}"));
        }

        // Neighbours first: a next hop may be one of them.
        foreach (RemoteRoute route in made.Routes.OrderBy(r => r.NextHop is not null))
        {
            Routes.WriteAdd(writer, index, InterfaceAddress.Parse(route.Destination).Network, route.NextHop is { } hop ? IPAddress.Parse(hop) : null);
            messages.Add(Message(writer, $"add route to {route.Destination} by {route.NextHop ?? name}"));
        }

        bool without = ipv6 && addresses.All(a => a.Address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6);
        return new SandboxSetup(messages) { Settings = without ? EndpointMessages.WithoutIPv6(name) : FrozenDictionary<string, string>.Empty, Removal = Removal(writer, index, name, made.Source) };
    }

    /// <summary>To the host it goes back by the name that the plugin knows. It may be gone already.</summary>
    private static SandboxMessage[] Removal(NetlinkWriter writer, int index, string name, string source)
    {
        Links.WriteChange(writer, new LinkChange { Index = index, Up = false });
        SandboxMessage down = Message(writer, $"set interface {name} down") with { ToleratedErrno = Errno.ENODEV };
        Links.WriteChange(writer, new LinkChange { Index = index, Rename = source });
        SandboxMessage rename = Message(writer, $"name interface {source}") with { ToleratedErrno = Errno.ENODEV };
        int offset = Links.WriteMove(writer, index, null, 0);
        return [down, rename, Message(writer, $"move interface {source} back to the host", inHost: false, offset) with { ToleratedErrno = Errno.ENODEV }];
    }

    private static SandboxMessage Message(NetlinkWriter writer, string what, bool inHost = false, int offset = -1)
    {
        var message = new SandboxMessage(inHost, writer.Written.ToArray(), offset, what);
        writer.Clear();
        return message;
    }
}
