namespace Quai.Linux.Netlink;

/// <summary>Constants of <c>linux/netlink.h</c> for building requests, under the kernel's names.</summary>
public static class NetlinkConstants
{
#pragma warning disable CS1591 // named by netlink(7)
    public const int NETLINK_ROUTE = 0, NETLINK_XFRM = 6, NETLINK_NETFILTER = 12;

    public const ushort NLM_F_REQUEST = 0x1, NLM_F_MULTI = 0x2, NLM_F_ACK = 0x4, NLM_F_DUMP = 0x300,
        NLM_F_REPLACE = 0x100, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_APPEND = 0x800, NLM_F_ACK_TLVS = 0x200, NLM_F_CAPPED = 0x100;

    public const ushort NLMSG_NOOP = 1, NLMSG_ERROR = 2, NLMSG_DONE = 3;

    public const ushort NLA_F_NESTED = 0x8000, NLA_TYPE_MASK = 0x3fff;

    public const int NLMSG_HDRLEN = 16, NLA_HDRLEN = 4;
#pragma warning restore CS1591
}
