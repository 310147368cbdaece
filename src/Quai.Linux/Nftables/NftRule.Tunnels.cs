using System.Runtime.InteropServices;
using static Quai.Linux.Nftables.NftExpressions;

namespace Quai.Linux.Nftables;

/// <content>Packets of tunnels, and those that IPsec protects.</content>
public readonly ref partial struct NftRule
{
    // The UDP header's eight bytes, then flags and three reserved bytes of VXLAN's.
    private const uint VxlanIdOffset = 8 + 4, VxlanIdLength = 3;
    private const uint NFT_XFRM_KEY_REQID = 5, NFT_RT_XFRM = 4;
    private const byte XFRM_POLICY_IN = 0;

    /// <summary>The UDP packet is VXLAN of this network's number. Whether it is UDP must be asked before.</summary>
    public NftRule VxlanId(uint id) =>
        LoadPayload(NFT_PAYLOAD_TRANSPORT_HEADER, VxlanIdOffset, VxlanIdLength, Register).Compare(NFT_CMP_EQ, [(byte)(id >> 16), (byte)(id >> 8), (byte)id]);

    /// <summary>The packet came by IPsec, and by a state with this request id.</summary>
    public NftRule CameByIpsec(uint requestId)
    {
        Expression xfrm = Begin("xfrm");
        _writer.U32BigEndian(1, Register);
        _writer.U32BigEndian(2, NFT_XFRM_KEY_REQID);
        _writer.U8(3, XFRM_POLICY_IN);
        _writer.U32BigEndian(4, 0);
        End(xfrm);
        Span<byte> wanted = stackalloc byte[4];
        MemoryMarshal.Write(wanted, requestId);
        return Compare(NFT_CMP_EQ, wanted);
    }

    /// <summary>The packet will not leave by IPsec.</summary>
    public NftRule LeavesWithoutIpsec()
    {
        Expression route = Begin("rt");
        _writer.U32BigEndian(1, Register);
        _writer.U32BigEndian(2, NFT_RT_XFRM);
        End(route);
        return Compare(NFT_CMP_EQ, [0]);
    }

    /// <summary>Gives the packet this mark, whichever it had; not a verdict.</summary>
    public void SetMark(uint mark)
    {
        Span<byte> bytes = stackalloc byte[4];
        MemoryMarshal.Write(bytes, mark);
        Immediate(Register, bytes);
        StoreMark();
    }
}
