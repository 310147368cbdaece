using System.Net;
using System.Runtime.InteropServices;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>Connection tracking's table of connections, through nfnetlink.</summary>
public static class Conntrack
{
    private const ushort NFNL_SUBSYS_CTNETLINK = 1, IPCTNL_MSG_CT_DELETE = 2;
    private const ushort CTA_TUPLE_REPLY = 2, CTA_TUPLE_IP = 1, CTA_TUPLE_PROTO = 2, CTA_IP_V4_SRC = 1, CTA_IP_V6_SRC = 3, CTA_PROTO_NUM = 1, CTA_FILTER = 25, CTA_FILTER_ORIG_FLAGS = 1, CTA_FILTER_REPLY_FLAGS = 2;
    private const uint CTA_FILTER_F_CTA_IP_SRC = 1, CTA_FILTER_F_CTA_PROTO_NUM = 8;
    private const byte AF_INET = 2, AF_INET6 = 10;

    /// <summary>
    /// Deletes all connections of one protocol that an address replies to, in one request (Linux 5.9 and later). UDP needs it when a translation changes:
    /// a client that keeps sending from one port would otherwise keep the old one for ever.
    /// </summary>
    /// <param name="socket">A socket of <see cref="NftBatch.OpenSocket"/>.</param>
    /// <param name="address">The replying address.</param>
    /// <param name="protocol">The protocol's number.</param>
    public static void Forget(NetlinkSocket socket, IPAddress address, byte protocol)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out int written);
        using var writer = new NetlinkWriter();
        writer.Begin((NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
        writer.Put(new Header { Family = written == 16 ? AF_INET6 : AF_INET });
        int tuple = writer.BeginNest(CTA_TUPLE_REPLY);
        int ip = writer.BeginNest(CTA_TUPLE_IP);
        writer.Bytes(written == 16 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, bytes[..written]);
        writer.EndNest(ip);
        int proto = writer.BeginNest(CTA_TUPLE_PROTO);
        writer.U8(CTA_PROTO_NUM, protocol);
        writer.EndNest(proto);
        writer.EndNest(tuple);
        int filter = writer.BeginNest(CTA_FILTER);
        writer.U32(CTA_FILTER_ORIG_FLAGS, 0);
        writer.U32(CTA_FILTER_REPLY_FLAGS, CTA_FILTER_F_CTA_IP_SRC | CTA_FILTER_F_CTA_PROTO_NUM);
        writer.EndNest(filter);
        writer.End();
        socket.Request(writer.Written, $"forget connections of {address}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public byte Family;
        public byte Version;
        public ushort Resource;
    }
}
