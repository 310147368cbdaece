using System.Runtime.InteropServices;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <summary>rtnetlink requests about network interfaces. <c>Write…</c> writes a request with NLM_F_ACK to a <see cref="NetlinkWriter"/>.</summary>
public static partial class Links
{
    /// <summary>The loopback's index in every namespace.</summary>
    public const int Loopback = 1;

    private const ushort RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18;
    private const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_MASTER = 10, IFLA_LINKINFO = 18, IFLA_IFALIAS = 20, IFLA_AF_SPEC = 26, IFLA_GROUP = 27, IFLA_NET_NS_FD = 28, IFLA_EXT_MASK = 29;
    private const ushort IFLA_INFO_KIND = 1, IFLA_INFO_DATA = 2, IFLA_INFO_SLAVE_KIND = 4, IFLA_INFO_SLAVE_DATA = 5, VETH_INFO_PEER = 1, IFLA_BRPORT_MODE = 4, IFLA_BRPORT_GROUP_FWD_MASK = 31, IFLA_BRPORT_ISOLATED = 33;
    private const ushort IFLA_INET_CONF = 1, IFLA_INET6_ADDR_GEN_MODE = 8;
    private const ushort IPV4_DEVCONF_ACCEPT_REDIRECTS = 4, IPV4_DEVCONF_SEND_REDIRECTS = 6, IPV4_DEVCONF_RP_FILTER = 8, IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE = 9, IPV4_DEVCONF_ROUTE_LOCALNET = 26;
    private const ushort AF_INET = 2, AF_INET6 = 10;
    private const byte IN6_ADDR_GEN_MODE_NONE = 1;
    private const uint IFF_UP = 1;
    private const uint RTEXT_FILTER_SKIP_STATS = 1 << 3;

    /// <summary>All sixteen groups except that of pause frames, which the kernel always drops.</summary>
    private const ushort AllLinkLocalGroups = 0xfffd;

    /// <summary>Creates a bridge. Its hardware address is fixed; otherwise it would follow its ports' and cut connections when a container ends.</summary>
    public static void WriteBridge(NetlinkWriter writer, string name, ReadOnlySpan<byte> mac, int mtu, uint group = 0)
    {
        writer.Begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        writer.Put(new InterfaceInfo());
        writer.String(IFLA_IFNAME, name);
        writer.Bytes(IFLA_ADDRESS, mac);
        if (mtu > 0)
        {
            writer.U32(IFLA_MTU, (uint)mtu);
        }

        if (group > 0)
        {
            writer.U32(IFLA_GROUP, group);
        }

        int info = writer.BeginNest(IFLA_LINKINFO);
        writer.String(IFLA_INFO_KIND, "bridge");
        writer.EndNest(info);
        writer.End();
    }

    /// <summary>
    /// Creates a veth pair in one request: each end in its namespace with its name, index, hardware address and state, the first end on its bridge.
    /// The request is sent in the namespace of the end that names none. Only the first end may be brought up, or have a bridge;
    /// the second's index counts only if the first has one too.
    /// </summary>
    /// <param name="writer">Written to.</param>
    /// <param name="end">The first end.</param>
    /// <param name="peer">The second end; its bridge is ignored.</param>
    /// <returns>Offset in the message of the namespace descriptor of the end that has one, or -1.</returns>
    public static int WriteVeth(NetlinkWriter writer, in VethEnd end, in VethEnd peer)
    {
        int start = writer.Length;
        writer.Begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        int descriptor = WriteEnd(writer, end, withMaster: true);
        int info = writer.BeginNest(IFLA_LINKINFO);
        writer.String(IFLA_INFO_KIND, "veth");
        int data = writer.BeginNest(IFLA_INFO_DATA);
        int other = writer.BeginNest(VETH_INFO_PEER);
        int peerDescriptor = WriteEnd(writer, peer, withMaster: false);
        writer.EndNest(other);
        writer.EndNest(data);
        writer.EndNest(info);
        writer.End();
        descriptor = Math.Max(descriptor, peerDescriptor);
        return descriptor < 0 ? -1 : descriptor - start;
    }

    /// <summary>Changes an interface, named by index or, if that is 0, by name.</summary>
    public static void WriteChange(NetlinkWriter writer, in LinkChange change)
    {
        writer.Begin(RTM_NEWLINK, NLM_F_ACK);
        uint flags = change.Up == true ? IFF_UP : 0;
        writer.Put(new InterfaceInfo { Index = change.Index, Flags = flags, Change = change.Up is null ? 0 : IFF_UP });
        if (change.Index == 0)
        {
            writer.String(IFLA_IFNAME, change.Name);
        }
        else if (change.Rename is { } name)
        {
            writer.String(IFLA_IFNAME, name);
        }

        if (change.Mac is not null)
        {
            writer.Bytes(IFLA_ADDRESS, change.Mac);
        }

        if (change.Mtu > 0)
        {
            writer.U32(IFLA_MTU, (uint)change.Mtu);
        }

        if (change.Master is { } master)
        {
            writer.U32(IFLA_MASTER, (uint)master);
        }

        if (change.Group is { } group)
        {
            writer.U32(IFLA_GROUP, group);
        }

        if (change.Alias is { } alias)
        {
            writer.String(IFLA_IFALIAS, alias);
        }

        WriteFamilies(writer, change);
        if (change.Isolated || change.Hairpin || change.ForwardsLinkLocalGroups)
        {
            int info = writer.BeginNest(IFLA_LINKINFO);
            writer.String(IFLA_INFO_SLAVE_KIND, "bridge");
            int data = writer.BeginNest(IFLA_INFO_SLAVE_DATA);
            if (change.Hairpin)
            {
                writer.U8(IFLA_BRPORT_MODE, 1);
            }

            if (change.ForwardsLinkLocalGroups)
            {
                writer.U16(IFLA_BRPORT_GROUP_FWD_MASK, AllLinkLocalGroups);
            }

            if (change.Isolated)
            {
                writer.U8(IFLA_BRPORT_ISOLATED, 1);
            }

            writer.EndNest(data);
            writer.EndNest(info);
        }

        writer.End();
    }

    /// <summary>
    /// Queries an interface, by index or, if that is 0, by name. The point is a side effect: the kernel first processes a carrier change that
    /// still waits for a worker (Linux 6.8 and later), such as letting a bridge's port forward. The answer comes before the acknowledgement.
    /// </summary>
    public static void WriteSettle(NetlinkWriter writer, int index, string? name = null)
    {
        writer.Begin(RTM_GETLINK, NLM_F_ACK);
        writer.Put(new InterfaceInfo { Index = index });
        if (index == 0)
        {
            writer.String(IFLA_IFNAME, name);
        }

        writer.U32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        writer.End();
    }

    /// <summary>Deletes an interface by index.</summary>
    public static void WriteDelete(NetlinkWriter writer, int index)
    {
        writer.Begin(RTM_DELLINK, NLM_F_ACK);
        writer.Put(new InterfaceInfo { Index = index });
        writer.End();
    }

    /// <summary>Deletes all interfaces of a group at once: for many of them the kernel waits as long as for one.</summary>
    public static void WriteDeleteGroup(NetlinkWriter writer, uint group)
    {
        writer.Begin(RTM_DELLINK, NLM_F_ACK);
        writer.Put(new InterfaceInfo());
        writer.U32(IFLA_GROUP, group);
        writer.End();
    }

    /// <summary>All interfaces of the socket's namespace.</summary>
    public static List<Link> List(NetlinkSocket socket)
    {
        using var writer = new NetlinkWriter();
        writer.Begin(RTM_GETLINK, NLM_F_DUMP);
        writer.Put(new InterfaceInfo());
        writer.U32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        writer.End();
        List<Link> links = [];
        socket.Dump(writer.Written, (_, payload) => links.Add(Parse(payload)), "list interfaces");
        return links;
    }

    private static Link Parse(ReadOnlySpan<byte> payload)
    {
        InterfaceInfo info = MemoryMarshal.Read<InterfaceInfo>(payload);
        string name = "";
        string kind = "";
        string mac = "";
        string alias = "";
        uint group = 0;
        int master = 0, mtu = 0;
        var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<InterfaceInfo>()..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case IFLA_IFNAME:
                    name = attributes.String;
                    break;
                case IFLA_MASTER:
                    master = (int)attributes.U32;
                    break;
                case IFLA_MTU:
                    mtu = (int)attributes.U32;
                    break;
                case IFLA_ADDRESS:
                    mac = Convert.ToHexStringLower(attributes.Value);
                    break;
                case IFLA_GROUP:
                    group = attributes.U32;
                    break;
                case IFLA_IFALIAS:
                    alias = attributes.String;
                    break;
                case IFLA_LINKINFO:
                    NetlinkAttributes nested = attributes.Nested;
                    while (nested.Next())
                    {
                        kind = nested.Type == IFLA_INFO_KIND ? nested.String : kind;
                    }

                    break;
            }
        }

        return new Link(info.Index, name, kind, master, mtu, (info.Flags & IFF_UP) != 0, mac, group, alias);
    }

    private static int WriteEnd(NetlinkWriter writer, in VethEnd end, bool withMaster)
    {
        writer.Put(new InterfaceInfo { Index = end.Index, Flags = end.Up ? IFF_UP : 0, Change = end.Up ? IFF_UP : 0 });
        writer.String(IFLA_IFNAME, end.Name);
        if (end.Mac is not null)
        {
            writer.Bytes(IFLA_ADDRESS, end.Mac);
        }

        if (end.Mtu > 0)
        {
            writer.U32(IFLA_MTU, (uint)end.Mtu);
        }

        if (end.Group > 0)
        {
            writer.U32(IFLA_GROUP, end.Group);
        }

        if (withMaster && end.Master > 0)
        {
            writer.U32(IFLA_MASTER, (uint)end.Master);
        }

        if (!end.InNamespace)
        {
            return -1;
        }

        writer.U32(IFLA_NET_NS_FD, (uint)end.NamespaceDescriptor);
        return writer.Length - 4;
    }

    private static void WriteFamilies(NetlinkWriter writer, in LinkChange change)
    {
        bool ipv4 = change.RouteLocalnet is not null || change.NoRedirects || change.StrictReversePath;
        if (!ipv4 && !change.NoIPv6Autoconfiguration)
        {
            return;
        }

        int families = writer.BeginNest(IFLA_AF_SPEC);
        if (ipv4)
        {
            int inet = writer.BeginNest(AF_INET);
            int settings = writer.BeginNest(IFLA_INET_CONF);
            if (change.RouteLocalnet is { } localnet)
            {
                writer.U32(IPV4_DEVCONF_ROUTE_LOCALNET, localnet ? 1u : 0);
            }

            if (change.NoRedirects)
            {
                writer.U32(IPV4_DEVCONF_ACCEPT_REDIRECTS, 0);
                writer.U32(IPV4_DEVCONF_SEND_REDIRECTS, 0);
                writer.U32(IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, 0);
            }

            if (change.StrictReversePath)
            {
                writer.U32(IPV4_DEVCONF_RP_FILTER, 1);
            }

            writer.EndNest(settings);
            writer.EndNest(inet);
        }

        if (change.NoIPv6Autoconfiguration)
        {
            int inet6 = writer.BeginNest(AF_INET6);
            writer.U8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
            writer.EndNest(inet6);
        }

        writer.EndNest(families);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct InterfaceInfo
    {
        public byte Family;
        public byte Padding;
        public ushort Type;
        public int Index;
        public uint Flags;
        public uint Change;
    }
}
