using System.Collections.Frozen;
using System.Net;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Parents;

/// <summary>
/// Makes the messages that give a container an interface upon a parent. It is made in the container's namespace at once, by a request in the host's, where the parent is; so
/// there is no moment at which a crash leaves it on the host. Kernels before 6.14 look in the host's namespace whether its name and index are taken: it has its own name only once it is there.
/// </summary>
internal static class ChildMessages
{
    // So that the kernel names the parent as what is missing.
    private const int Missing = int.MaxValue;

    private const int LinkLocalPrefix = 64;

    /// <summary>Makes the messages.</summary>
    /// <param name="kind">The kind of interface.</param>
    /// <param name="place">The endpoint.</param>
    /// <param name="on">The parent.</param>
    /// <param name="options">The network's.</param>
    /// <param name="ipv6">Whether the kernel has IPv6 at all.</param>
    public static SandboxSetup Build(IChildKind kind, EndpointPlace place, ChildPlace on, IReadOnlyDictionary<string, string> options, bool ipv6)
    {
        string name = place.Interface.Name;
        int index = place.Interface.Index;
        bool only = kind.IsOnly(options);
        byte[]? mac = place.Mac.Length > 0 ? place.Mac : null;
        List<SandboxMessage> messages = new(6);
        using var writer = new NetlinkWriter(512);
        var link = new StackedLink { Name = place.HostInterface, Parent = on.Index ?? Missing, Index = index, Mac = only ? null : mac, Mtu = on.Mtu, InNamespace = true };
        int offset = kind.Write(writer, link, options);
        Add(messages, writer, $"create {kind.Name} interface {name} on {on.Parent}{(only ? ", which has no other" : "")}", offset, awaited: only ? Errno.EINVAL : 0);

        Links.WriteChange(writer, new LinkChange { Index = index, Rename = name, Mac = only ? mac : null, NoIPv6Autoconfiguration = ipv6 && (place.IPv6 is null || mac is not null) });
        Add(messages, writer, $"name interface {name}");

        // A hardware address is that of one interface that is up, and with ipvlan so is an IP address: a container that has just ended may have it yet.
        Links.WriteChange(writer, new LinkChange { Index = index, Up = true });
        Add(messages, writer, $"set interface {name} up", awaited: Errno.EADDRINUSE);
        Links.WriteSettle(writer, index);
        Add(messages, writer, $"await that {name} sends");

        if (place.IPv6 is not null && mac is not null)
        {
            // The kernel would look for a second whether somebody has it. Where the hardware address is not its own, the kernel alone knows which it is.
            Address(BridgeAddress.LinkLocal(mac), LinkLocalPrefix);
        }

        foreach (EndpointAddress? address in (ReadOnlySpan<EndpointAddress?>)[place.IPv4, place.IPv6])
        {
            if (address is not null)
            {
                Address(address.Address, address.PrefixLength);
            }
        }

        IReadOnlyDictionary<string, string> settings = !ipv6 ? FrozenDictionary<string, string>.Empty : place.IPv6 is null ? EndpointMessages.WithoutIPv6(name) : WithoutAdvertisements(name);
        Links.WriteDelete(writer, index);
        var removal = new SandboxMessage(InHost: false, writer.Written.ToArray(), -1, $"delete interface {name}") { ToleratedErrno = Errno.ENODEV };
        return new SandboxSetup(messages) { Settings = settings, Removal = [removal] };

        void Address(IPAddress address, int prefixLength)
        {
            Addresses.WriteAdd(writer, index, address, prefixLength);
            Add(messages, writer, $"add address {address}/{prefixLength} to {name}", awaited: Errno.EADDRINUSE);
        }
    }

    /// <summary>Its addresses and routes are leased, not what others on the parent's network say they are.</summary>
    private static FrozenDictionary<string, string> WithoutAdvertisements(string name) => new Dictionary<string, string> { [$"net.ipv6.conf.{name}.accept_ra"] = "0" }.ToFrozenDictionary();

    private static void Add(List<SandboxMessage> messages, NetlinkWriter writer, string what, int offset = -1, int awaited = 0)
    {
        messages.Add(new SandboxMessage(InHost: offset >= 0, writer.Written.ToArray(), offset, what) { AwaitedErrno = awaited });
        writer.Clear();
    }
}
