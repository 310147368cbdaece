using System.Runtime.InteropServices;
using static Quai.Linux.Nftables.NftExpressions;

namespace Quai.Linux.Nftables;

/// <summary>The verdicts that end a rule, and what is done to the packet.</summary>
public readonly ref partial struct NftRule
{
    /// <summary>Verdict: what a verdict map says for the interface by which the packet arrived; where it says nothing, the chain goes on.</summary>
    public void ByInInterface(string map) => ByInterface(NFT_META_IIFNAME, map);

    /// <summary>Verdict: what a verdict map says for the interface by which the packet leaves; where it says nothing, the chain goes on.</summary>
    public void ByOutInterface(string map) => ByInterface(NFT_META_OIFNAME, map);

    /// <summary>Verdict: what a verdict map says for the interface by which the packet arrived together with its source address; where it says nothing, the chain goes on.</summary>
    public void ByInInterfaceAndSource(string map)
    {
        const uint Address = Register + 4;
        LoadMeta(NFT_META_IIFNAME, Register).LoadPayload(NFT_PAYLOAD_NETWORK_HEADER, _ipv6 ? SourceOffset6 : SourceOffset, _ipv6 ? 16U : 4U, Address).Lookup(map, Register, 0);
        Finish();
    }

    /// <summary>Verdict: translates the destination to the address in one register and the port in another.</summary>
    public void DestinationNatTo(uint addressRegister, uint portRegister) => Nat(NFT_NAT_DNAT, addressRegister, portRegister);

    /// <summary>Verdict: translates the source to the address in a register.</summary>
    public void SourceNatTo(uint addressRegister) => Nat(NFT_NAT_SNAT, addressRegister, null);

    /// <summary>Verdict: translates the source to the address of the interface it leaves by.</summary>
    public void Masquerade()
    {
        End(Begin("masq"));
        Finish();
    }

    /// <summary>
    /// Writes the port in a register into the packet as its destination's (TCP, UDP), whatever connection it belongs to: nothing is remembered, and answers
    /// are the rule's maker's to change back. Not a verdict.
    /// </summary>
    /// <param name="protocol">6 for TCP, 17 for UDP: the packet is of it by a match before.</param>
    /// <param name="portRegister">The register.</param>
    public void WriteDestinationPort(byte protocol, uint portRegister) => WritePort(protocol, DestinationPortOffset, portRegister);

    /// <summary>As <see cref="WriteDestinationPort"/>, of the source.</summary>
    public void WriteSourcePort(byte protocol, uint portRegister) => WritePort(protocol, SourcePortOffset, portRegister);

    /// <summary>Adds a mark to the packet's marks; not a verdict.</summary>
    public void Mark(uint mark) => SetMark(mark, mark);

    /// <summary>Takes a mark from the packet's marks; not a verdict.</summary>
    public void Unmark(uint mark) => SetMark(mark, 0);

    /// <summary>Verdict: the packet passes this chain.</summary>
    public void Accept() => Verdict(NF_ACCEPT, null);

    /// <summary>Verdict: the packet is dropped.</summary>
    public void Drop() => Verdict(NF_DROP, null);

    /// <summary>Verdict: continues in another chain, and returns if nothing is decided there.</summary>
    public void Jump(string chain) => Verdict(NFT_JUMP, chain);

    /// <summary>Verdict: continues in another chain, and where nothing is decided there, after the rule that jumped to this one.</summary>
    public void Goto(string chain) => Verdict(NFT_GOTO, chain);

    /// <summary>Verdict: continues after the rule that jumped to this chain.</summary>
    public void Return() => Verdict(NFT_RETURN, null);

    private void SetMark(uint bits, uint value)
    {
        Span<byte> keep = stackalloc byte[4], set = stackalloc byte[4];
        MemoryMarshal.Write(keep, ~bits);
        MemoryMarshal.Write(set, value);
        LoadMeta(NFT_META_MARK, Register);
        Bitwise(keep, set);
        StoreMark();
    }

    /// <summary>Gives the packet the mark that is in the register, and ends the rule.</summary>
    private void StoreMark()
    {
        Expression meta = Begin("meta");
        _writer.U32BigEndian(2, NFT_META_MARK);
        _writer.U32BigEndian(3, Register);
        End(meta);
        Finish();
    }

    private void WritePort(byte protocol, uint offset, uint portRegister)
    {
        Expression payload = Begin("payload");
        _writer.U32BigEndian(2, NFT_PAYLOAD_TRANSPORT_HEADER);
        _writer.U32BigEndian(3, offset);
        _writer.U32BigEndian(4, 2);
        _writer.U32BigEndian(5, portRegister);
        _writer.U32BigEndian(6, NFT_PAYLOAD_CSUM_INET);
        _writer.U32BigEndian(7, protocol == IPPROTO_TCP ? TcpChecksumOffset : UdpChecksumOffset);
        End(payload);
        Finish();
    }

    private void Nat(uint type, uint? addressRegister, uint? portRegister)
    {
        Expression nat = Begin("nat");
        _writer.U32BigEndian(1, type);
        _writer.U32BigEndian(2, _ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
        if (addressRegister is { } register)
        {
            _writer.U32BigEndian(3, register);
        }

        if (portRegister is { } port)
        {
            _writer.U32BigEndian(5, port);
        }

        End(nat);
        Finish();
    }

    private void ByInterface(uint key, string map)
    {
        LoadMeta(key, Register).Lookup(map, Register, 0);
        Finish();
    }

    private void Verdict(int code, string? chain)
    {
        Expression immediate = Begin("immediate");
        _writer.U32BigEndian(1, 0);
        int data = _writer.BeginNest(2);
        int verdict = _writer.BeginNest(NFTA_DATA_VERDICT);
        _writer.U32BigEndian(NFTA_VERDICT_CODE, unchecked((uint)code));
        if (chain is not null)
        {
            _writer.String(NFTA_VERDICT_CHAIN, chain);
        }

        _writer.EndNest(verdict);
        _writer.EndNest(data);
        End(immediate);
        Finish();
    }
}
