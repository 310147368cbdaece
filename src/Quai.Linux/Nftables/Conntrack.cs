using System.Net;
using System.Runtime.InteropServices;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>Connection tracking's table of connections, through nfnetlink.</summary>
public static class Conntrack
{
    private const ushort NFNL_SUBSYS_CTNETLINK = 1, IPCTNL_MSG_CT_DELETE = 2;
    private const ushort CTA_TUPLE_ORIG = 1, CTA_TUPLE_REPLY = 2, CTA_TUPLE_IP = 1, CTA_TUPLE_PROTO = 2, CTA_IP_V4_SRC = 1, CTA_IP_V6_SRC = 3, CTA_PROTO_NUM = 1, CTA_PROTO_DST_PORT = 3, CTA_IP_V4_DST = 2, CTA_IP_V6_DST = 4, CTA_FILTER = 25, CTA_FILTER_ORIG_FLAGS = 1, CTA_FILTER_REPLY_FLAGS = 2;
    private const uint CTA_FILTER_F_CTA_IP_SRC = 1, CTA_FILTER_F_CTA_IP_DST = 2, CTA_FILTER_F_CTA_PROTO_NUM = 8, CTA_FILTER_F_CTA_PROTO_DST_PORT = 32;
    private const byte AF_INET = 2, AF_INET6 = 10;

    /// <summary>
    /// Deletes all connections of one protocol that an address replies to, in one request (Linux 5.9 and later). UDP needs it when a translation changes:
    /// a client that keeps sending from one port would otherwise keep the old one for ever.
    /// </summary>
    /// <param name="socket">A socket of <see cref="NftBatch.OpenSocket"/>.</param>
    /// <param name="address">The replying address.</param>
    /// <param name="protocol">The protocol's number.</param>
    public static void Forget(NetlinkSocket socket, IPAddress address, byte protocol) =>
        Delete(socket, reply: true, address, port: null, protocol, CTA_FILTER_F_CTA_IP_SRC | CTA_FILTER_F_CTA_PROTO_NUM, $"forget connections of {address}");

    /// <summary>
    /// Deletes all connections of one protocol to a port, as the sender addressed it: when a translation begins, flows that went elsewhere before would go on doing so.
    /// </summary>
    /// <param name="socket">A socket of <see cref="NftBatch.OpenSocket"/>.</param>
    /// <param name="address">Which was sent to; the unspecified address of a family for all of them.</param>
    /// <param name="port">Which was sent to.</param>
    /// <param name="protocol">The protocol's number.</param>
    public static void ForgetTo(NetlinkSocket socket, IPAddress address, ushort port, byte protocol)
    {
        bool any = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        uint counts = CTA_FILTER_F_CTA_PROTO_NUM | CTA_FILTER_F_CTA_PROTO_DST_PORT | (any ? 0 : CTA_FILTER_F_CTA_IP_DST);
        Delete(socket, reply: false, address, port, protocol, counts, $"forget connections to {address} port {port}");
    }

    /// <summary>Deletes connections by the source of their replies, or by the destination that they were begun with.</summary>
    private static void Delete(NetlinkSocket socket, bool reply, IPAddress address, ushort? port, byte protocol, uint counts, string what)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out int written);
        bool ipv6 = written == 16;
        using var writer = new NetlinkWriter();
        writer.Begin((NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
        writer.Put(new Header { Family = ipv6 ? AF_INET6 : AF_INET });
        int tuple = writer.BeginNest(reply ? CTA_TUPLE_REPLY : CTA_TUPLE_ORIG);
        int ip = writer.BeginNest(CTA_TUPLE_IP);
        writer.Bytes(reply ? (ipv6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC) : (ipv6 ? CTA_IP_V6_DST : CTA_IP_V4_DST), bytes[..written]);
        writer.EndNest(ip);
        int proto = writer.BeginNest(CTA_TUPLE_PROTO);
        writer.U8(CTA_PROTO_NUM, protocol);
        if (port is { } number)
        {
            writer.Bytes(CTA_PROTO_DST_PORT, [(byte)(number >> 8), (byte)number]);
        }

        writer.EndNest(proto);
        writer.EndNest(tuple);
        int filter = writer.BeginNest(CTA_FILTER);
        writer.U32(CTA_FILTER_ORIG_FLAGS, reply ? 0 : counts);
        writer.U32(CTA_FILTER_REPLY_FLAGS, reply ? counts : 0);
        writer.EndNest(filter);
        writer.End();
        socket.Request(writer.Written, what);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public byte Family;
        public byte Version;
        public ushort Resource;
    }
}
