using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <content>Interfaces upon others (macvlan, ipvlan, 802.1Q), and those that lead nowhere (dummy).</content>
public static partial class Links
{
    private const ushort IFLA_LINK = 5, IFLA_MACVLAN_MODE = 1, IFLA_IPVLAN_MODE = 1, IFLA_IPVLAN_FLAGS = 2, IFLA_VLAN_ID = 1;

    /// <summary>Creates a macvlan interface.</summary>
    /// <param name="writer">Written to.</param>
    /// <param name="link">The interface.</param>
    /// <param name="mode">MACVLAN_MODE_…: how it talks to the parent's others.</param>
    /// <returns>Offset in the message of the namespace's descriptor, or -1.</returns>
    public static int WriteMacvlan(NetlinkWriter writer, in StackedLink link, MacvlanMode mode)
    {
        int descriptor = BeginStacked(writer, link, "macvlan", out int info, out int data);
        writer.U32(IFLA_MACVLAN_MODE, (uint)mode);
        EndStacked(writer, info, data);
        return descriptor;
    }

    /// <summary>Creates an ipvlan interface.</summary>
    /// <param name="writer">Written to.</param>
    /// <param name="link">The interface; it has its parent's hardware address.</param>
    /// <param name="mode">IPVLAN_MODE_…: one for all interfaces of a parent.</param>
    /// <param name="flags">IPVLAN_F_…: how it talks to the parent's others.</param>
    /// <returns>Offset in the message of the namespace's descriptor, or -1.</returns>
    public static int WriteIpvlan(NetlinkWriter writer, in StackedLink link, IpvlanMode mode, IpvlanFlags flags)
    {
        int descriptor = BeginStacked(writer, link, "ipvlan", out int info, out int data);
        writer.U16(IFLA_IPVLAN_MODE, (ushort)mode);
        writer.U16(IFLA_IPVLAN_FLAGS, (ushort)flags);
        EndStacked(writer, info, data);
        return descriptor;
    }

    /// <summary>Creates a sub-interface of an 802.1Q network.</summary>
    /// <param name="writer">Written to.</param>
    /// <param name="link">The interface.</param>
    /// <param name="id">The network's number, 1 to 4094.</param>
    public static void WriteVlan(NetlinkWriter writer, in StackedLink link, ushort id)
    {
        BeginStacked(writer, link, "vlan", out int info, out int data);
        writer.U16(IFLA_VLAN_ID, id);
        EndStacked(writer, info, data);
    }

    /// <summary>Creates an interface that leads nowhere.</summary>
    public static void WriteDummy(NetlinkWriter writer, string name)
    {
        writer.Begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        writer.Put(new InterfaceInfo());
        writer.String(IFLA_IFNAME, name);
        int info = writer.BeginNest(IFLA_LINKINFO);
        writer.String(IFLA_INFO_KIND, "dummy");
        writer.EndNest(info);
        writer.End();
    }

    /// <summary>
    /// Asks for an interface of a kind without saying upon which parent: no kernel makes it. One that has the kind, or a module of it to load, complains of what is
    /// missing; one that has not says that it is not supported (EOPNOTSUPP).
    /// </summary>
    public static void WriteProbe(NetlinkWriter writer, string name, string kind)
    {
        BeginStacked(writer, new StackedLink { Name = name, Parent = 0 }, kind, out int info, out int data);
        EndStacked(writer, info, data);
    }

    /// <summary>Finds an interface of the socket's namespace by its name; null when there is none.</summary>
    public static Link? Find(NetlinkSocket socket, string name)
    {
        using var writer = new NetlinkWriter();
        WriteSettle(writer, 0, name);
        Link? found = null;
        try
        {
            // One message, and then the acknowledgement, with which a dump ends too.
            socket.Dump(writer.Written, (_, payload) => found = Parse(payload), $"find interface {name}");
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            return null;
        }

        return found;
    }

    internal static int BeginStacked(NetlinkWriter writer, in StackedLink link, string kind, out int info, out int data)
    {
        int start = writer.Length, descriptor = -1;
        writer.Begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        writer.Put(new InterfaceInfo { Index = link.Index });
        writer.String(IFLA_IFNAME, link.Name);
        if (link.Parent > 0)
        {
            writer.U32(IFLA_LINK, (uint)link.Parent);
        }

        if (link.Mac is not null)
        {
            writer.Bytes(IFLA_ADDRESS, link.Mac);
        }

        if (link.Mtu > 0)
        {
            writer.U32(IFLA_MTU, (uint)link.Mtu);
        }

        if (link.InNamespace)
        {
            writer.U32(IFLA_NET_NS_FD, 0);
            descriptor = writer.Length - sizeof(uint) - start;
        }

        info = writer.BeginNest(IFLA_LINKINFO);
        writer.String(IFLA_INFO_KIND, kind);
        data = writer.BeginNest(IFLA_INFO_DATA);
        return descriptor;
    }

    internal static void EndStacked(NetlinkWriter writer, int info, int data)
    {
        writer.EndNest(data);
        writer.EndNest(info);
        writer.End();
    }
}
