using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink.Tunnels;

/// <summary>rtnetlink requests about neighbours, and about forwarding entries of tunnels. What is written stays until it is deleted.</summary>
public static class Neighbours
{
    private const ushort RTM_NEWNEIGH = 28, RTM_DELNEIGH = 29, RTM_GETNEIGH = 30, NDA_DST = 1, NDA_LLADDR = 2;
    private const ushort NUD_NOARP = 0x40, NUD_PERMANENT = 0x80;
    private const byte AF_INET = 2, AF_BRIDGE = 7, AF_INET6 = 10, NTF_SELF = 2;

    /// <summary>Adds a host to those that get what has no entry of its own, and what is for all. Idempotent.</summary>
    public static void WriteAddDefault(NetlinkWriter writer, int linkIndex, IPAddress host) =>
        WriteForwarding(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, linkIndex, stackalloc byte[6], host);

    /// <summary>Takes a host out of them; the kernel answers ENOENT if it is none of them.</summary>
    public static void WriteDeleteDefault(NetlinkWriter writer, int linkIndex, IPAddress host) => WriteForwarding(writer, RTM_DELNEIGH, 0, linkIndex, stackalloc byte[6], host);

    /// <summary>Says behind which host a hardware address is, whatever was said before.</summary>
    public static void WriteSetForwarding(NetlinkWriter writer, int linkIndex, scoped ReadOnlySpan<byte> mac, IPAddress host) =>
        WriteForwarding(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, linkIndex, mac, host);

    /// <summary>Takes that back; the kernel answers ENOENT if it was not said.</summary>
    public static void WriteDeleteForwarding(NetlinkWriter writer, int linkIndex, scoped ReadOnlySpan<byte> mac, IPAddress host) =>
        WriteForwarding(writer, RTM_DELNEIGH, 0, linkIndex, mac, host);

    /// <summary>Says which hardware address has an IP address, whatever was said before.</summary>
    public static void WriteSet(NetlinkWriter writer, int linkIndex, IPAddress address, scoped ReadOnlySpan<byte> mac)
    {
        Begin(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, FamilyOf(address), linkIndex, 0);
        writer.Bytes(NDA_DST, address.GetAddressBytes());
        writer.Bytes(NDA_LLADDR, mac);
        writer.End();
    }

    /// <summary>Takes that back; the kernel answers ENOENT if it was not said.</summary>
    public static void WriteDelete(NetlinkWriter writer, int linkIndex, IPAddress address)
    {
        Begin(writer, RTM_DELNEIGH, 0, FamilyOf(address), linkIndex, 0);
        writer.Bytes(NDA_DST, address.GetAddressBytes());
        writer.End();
    }

    /// <summary>The forwarding entries of the tunnels of the socket's namespace.</summary>
    public static List<Neighbour> ListForwarding(NetlinkSocket socket) => List(socket, AF_BRIDGE, ofTunnels: true);

    /// <summary>The neighbours of one family in the socket's namespace.</summary>
    public static List<Neighbour> List(NetlinkSocket socket, AddressFamily family) => List(socket, family == AddressFamily.InterNetwork ? AF_INET : AF_INET6, ofTunnels: false);

    private static List<Neighbour> List(NetlinkSocket socket, byte family, bool ofTunnels)
    {
        using var writer = new NetlinkWriter();
        writer.Begin(RTM_GETNEIGH, NLM_F_DUMP);
        writer.Put(new NeighbourInfo { Family = family });
        writer.End();
        List<Neighbour> found = [];
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                NeighbourInfo info = MemoryMarshal.Read<NeighbourInfo>(payload);
                if (ofTunnels && (info.Flags & NTF_SELF) == 0)
                {
                    return;
                }

                byte[] mac = [];
                IPAddress? address = null;
                var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<NeighbourInfo>()..]);
                while (attributes.Next())
                {
                    switch (attributes.Type)
                    {
                        case NDA_DST:
                            address = new IPAddress(attributes.Value);
                            break;
                        case NDA_LLADDR:
                            mac = attributes.Value.ToArray();
                            break;
                    }
                }

                if (mac.Length == 6)
                {
                    found.Add(new Neighbour(info.Index, mac, address, (info.State & NUD_PERMANENT) != 0));
                }
            },
            "list neighbours");
        return found;
    }

    private static byte FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? AF_INET : AF_INET6;

    private static void WriteForwarding(NetlinkWriter writer, ushort type, ushort flags, int linkIndex, scoped ReadOnlySpan<byte> mac, IPAddress host)
    {
        Begin(writer, type, flags, AF_BRIDGE, linkIndex, NTF_SELF);
        writer.Bytes(NDA_LLADDR, mac);
        writer.Bytes(NDA_DST, host.GetAddressBytes());
        writer.End();
    }

    private static void Begin(NetlinkWriter writer, ushort type, ushort flags, byte family, int linkIndex, byte neighbourFlags)
    {
        writer.Begin(type, (ushort)(flags | NLM_F_ACK));
        writer.Put(new NeighbourInfo { Family = family, Index = linkIndex, State = family == AF_BRIDGE ? (ushort)(NUD_PERMANENT | NUD_NOARP) : NUD_PERMANENT, Flags = neighbourFlags });
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NeighbourInfo
    {
        public byte Family;
        public byte Padding;
        public ushort Padding2;
        public int Index;
        public ushort State;
        public byte Flags;
        public byte Type;
    }
}
