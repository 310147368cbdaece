namespace Quai.Linux.Nftables;

/// <summary>Numbers of the expressions that rules consist of, named as the kernel names them (<c>linux/netfilter/nf_tables.h</c>).</summary>
internal static class NftExpressions
{
#pragma warning disable CS1591, SA1600
    public const ushort NFTA_LIST_ELEM = 1, NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2, NFTA_DATA_VALUE = 1, NFTA_DATA_VERDICT = 2, NFTA_VERDICT_CODE = 1, NFTA_VERDICT_CHAIN = 2;
    public const uint NFT_META_MARK = 3, NFT_META_IIF = 4, NFT_META_IIFGROUP = 21, NFT_META_OIFGROUP = 22, NFT_META_IIFKIND = 26, NFT_PAYLOAD_LL_HEADER = 0, NFT_LOOKUP_F_INV = 1;
    public const uint NFT_META_IIFNAME = 6, NFT_META_OIFNAME = 7, NFT_META_L4PROTO = 16, NFT_CT_STATE = 0, NFT_CT_STATUS = 2;
    public const uint NFT_CMP_EQ = 0, NFT_CMP_NEQ = 1, NFT_CMP_LTE = 3, NFT_CMP_GTE = 5, NFT_PAYLOAD_NETWORK_HEADER = 1, NFT_PAYLOAD_TRANSPORT_HEADER = 2;
    public const uint NFT_FIB_RESULT_ADDRTYPE = 3, NFTA_FIB_F_DADDR = 2, RTN_LOCAL = 2;
    public const uint NFT_NAT_SNAT = 0, NFT_NAT_DNAT = 1, NFPROTO_IPV4 = 2, NFPROTO_IPV6 = 10;
    public const int NF_DROP = 0, NF_ACCEPT = 1, NFT_JUMP = -3, NFT_GOTO = -4, NFT_RETURN = -5;
    public const uint SourceOffset = 12, DestinationOffset = 16, SourceOffset6 = 8, DestinationOffset6 = 24;
    public const uint SourcePortOffset = 0, DestinationPortOffset = 2, NFT_PAYLOAD_CSUM_INET = 1, IPPROTO_TCP = 6, TcpChecksumOffset = 16, UdpChecksumOffset = 6;
    public const int IFNAMSIZ = 16;
#pragma warning restore CS1591, SA1600
}
