using System.Runtime.InteropServices;
using System.Text;
using Quai.Linux.Netlink;
using static Quai.Linux.Nftables.NftExpressions;

namespace Quai.Linux.Nftables;

/// <summary>
/// A rule being written: matches in sequence, then exactly one verdict, which ends it.
/// The expressions are the kernel's nf_tables ones; each match loads register 1 and compares it.
/// </summary>
public readonly ref partial struct NftRule
{
    /// <summary>Bits of <see cref="ConntrackState"/>.</summary>
    public const uint Established = 2, Related = 4, New = 8;

    /// <summary>Bit of <see cref="ConntrackStatus"/>: the connection's destination was translated.</summary>
    public const uint DestinationNat = 1 << 5;

    /// <summary>First of the sixteen 32-bit registers. An address of IPv6 fills four of them.</summary>
    public const uint Register = 8;

    private readonly NetlinkWriter _writer;
    private readonly int _expressions;
    private readonly bool _ipv6;

    internal NftRule(NetlinkWriter writer, int expressions, NftFamily family)
    {
        _ipv6 = family == NftFamily.IPv6;
        _writer = writer;
        _expressions = expressions;
    }

    /// <summary>The packet arrived by this interface (or, negated, did not).</summary>
    public NftRule InInterface(string name, bool not = false) => Interface(NFT_META_IIFNAME, name, not);

    /// <summary>The packet leaves by this interface (or, negated, does not).</summary>
    public NftRule OutInterface(string name, bool not = false) => Interface(NFT_META_OIFNAME, name, not);

    /// <summary>The packet arrived by the namespace's loopback (or, negated, did not).</summary>
    public NftRule InLoopback(bool not = false) => Number(NFT_META_IIF, Links.Loopback, not);

    /// <summary>The packet arrived by an interface of this group (or, negated, did not).</summary>
    public NftRule InGroup(uint group, bool not = false) => Number(NFT_META_IIFGROUP, group, not);

    /// <summary>The packet leaves by an interface of this group.</summary>
    public NftRule OutGroup(uint group) => Number(NFT_META_OIFGROUP, group);

    /// <summary>The packet arrived by an interface of this kind: <c>bridge</c>, <c>veth</c> …; hardware has none. Linux 5.6 and later.</summary>
    public NftRule InKind(string kind) => Interface(NFT_META_IIFKIND, kind, not: false);

    /// <summary>The packet arrived by an interface whose name is in a set (or, negated, is not).</summary>
    public NftRule InInterfaceOf(string set, bool not = false) => InterfaceOf(NFT_META_IIFNAME, set, not);

    /// <summary>The packet leaves by an interface whose name is in a set.</summary>
    public NftRule OutInterfaceOf(string set) => InterfaceOf(NFT_META_OIFNAME, set, not: false);

    /// <summary>The packet's frame was sent to a hardware address other than this.</summary>
    public NftRule NotSentTo(scoped ReadOnlySpan<byte> mac) => LoadPayload(NFT_PAYLOAD_LL_HEADER, 0, (uint)mac.Length, Register).Compare(NFT_CMP_NEQ, mac);

    /// <summary>The packet is an ICMP message of this type.</summary>
    /// <param name="protocol">1 for ICMP, 58 for ICMPv6.</param>
    /// <param name="type">The message's type.</param>
    public NftRule Icmp(byte protocol, byte type) =>
        LoadMeta(NFT_META_L4PROTO, Register).Compare(NFT_CMP_EQ, [protocol]).LoadPayload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1, Register).Compare(NFT_CMP_EQ, [type]);

    /// <summary>The source address is in a subnet.</summary>
    public NftRule Source(scoped ReadOnlySpan<byte> network, int prefixLength) => Network(_ipv6 ? SourceOffset6 : SourceOffset, network, prefixLength);

    /// <summary>The destination address is in a subnet.</summary>
    public NftRule Destination(scoped ReadOnlySpan<byte> network, int prefixLength) => Network(_ipv6 ? DestinationOffset6 : DestinationOffset, network, prefixLength);

    /// <summary>The packet is of this transport protocol.</summary>
    public NftRule Protocol(byte number) => LoadProtocol(Register).Compare(NFT_CMP_EQ, [number]);

    /// <summary>The source port (TCP, UDP, SCTP) is this one.</summary>
    public NftRule SourcePort(ushort port) => LoadPayload(NFT_PAYLOAD_TRANSPORT_HEADER, SourcePortOffset, 2, Register).Compare(NFT_CMP_EQ, [(byte)(port >> 8), (byte)port]);

    /// <summary>The destination port (TCP, UDP, SCTP) is this one.</summary>
    public NftRule DestinationPort(ushort port) => LoadDestinationPort(Register).Compare(NFT_CMP_EQ, [(byte)(port >> 8), (byte)port]);

    /// <summary>The destination port (TCP, UDP, SCTP) is one of these.</summary>
    public NftRule DestinationPorts(ushort first, ushort last) => first == last
        ? DestinationPort(first)
        : LoadDestinationPort(Register).Compare(NFT_CMP_GTE, [(byte)(first >> 8), (byte)first]).Compare(NFT_CMP_LTE, [(byte)(last >> 8), (byte)last]);

    /// <summary>Notes where, in the transaction, the port lies that was written last: for one that is known only when the transaction is sent.</summary>
    public NftRule Noting(ICollection<int> places)
    {
        // Two bytes, and two that fill them up; what encloses them ends there too.
        places.Add(_writer.Length - 4);
        return this;
    }

    /// <summary>The connection is in one of these states.</summary>
    public NftRule ConntrackState(uint bits) => Conntrack(NFT_CT_STATE, bits);

    /// <summary>The connection has one of these status bits.</summary>
    public NftRule ConntrackStatus(uint bits) => Conntrack(NFT_CT_STATUS, bits);

    /// <summary>The packet has a mark (all of its bits).</summary>
    public NftRule Marked(uint mark) => Marked(mark, mark);

    /// <summary>Those bits of the packet's mark that count are these.</summary>
    public NftRule Marked(uint mark, uint mask)
    {
        Span<byte> bits = stackalloc byte[4], wanted = stackalloc byte[4];
        MemoryMarshal.Write(bits, mask);
        MemoryMarshal.Write(wanted, mark);
        LoadMeta(NFT_META_MARK, Register);
        Bitwise(bits, stackalloc byte[4]);
        return Compare(NFT_CMP_EQ, wanted);
    }

    /// <summary>Counts packets and bytes, as rules of <c>iptables</c> do.</summary>
    public NftRule Count()
    {
        End(Begin("counter"));
        return this;
    }

    /// <summary>The destination is one of the host's own addresses.</summary>
    public NftRule DestinationIsLocal()
    {
        Expression fib = Begin("fib");
        _writer.U32BigEndian(1, Register);
        _writer.U32BigEndian(2, NFT_FIB_RESULT_ADDRTYPE);
        _writer.U32BigEndian(3, NFTA_FIB_F_DADDR);
        End(fib);
        Span<byte> local = stackalloc byte[4];
        MemoryMarshal.Write(local, RTN_LOCAL);
        return Compare(NFT_CMP_EQ, local);
    }

    /// <summary>Loads the transport protocol's number into a register.</summary>
    public NftRule LoadProtocol(uint register) => LoadMeta(NFT_META_L4PROTO, register);

    /// <summary>Loads the destination address into a register.</summary>
    public NftRule LoadDestination(uint register) => LoadPayload(NFT_PAYLOAD_NETWORK_HEADER, _ipv6 ? DestinationOffset6 : DestinationOffset, _ipv6 ? 16U : 4U, register);

    /// <summary>Loads the destination port (TCP, UDP, SCTP) into a register.</summary>
    public NftRule LoadDestinationPort(uint register) => LoadPayload(NFT_PAYLOAD_TRANSPORT_HEADER, DestinationPortOffset, 2, register);

    /// <summary>Puts an address into a register.</summary>
    public NftRule LoadAddress(uint register, scoped ReadOnlySpan<byte> address) => Immediate(register, address);

    /// <summary>Puts a port into a register.</summary>
    public NftRule LoadPort(uint register, ushort port) => Immediate(register, [(byte)(port >> 8), (byte)port]);

    /// <summary>The key in the registers from <paramref name="from"/> on is in the map, whose data goes into the registers from <paramref name="to"/> on.</summary>
    public NftRule Lookup(string map, uint from, uint to)
    {
        Expression lookup = Begin("lookup");
        _writer.String(1, map);
        _writer.U32BigEndian(2, from);
        _writer.U32BigEndian(3, to);
        End(lookup);
        return this;
    }

    /// <summary>The key in the registers from <paramref name="from"/> on is in the set.</summary>
    public NftRule IsIn(string set, uint from)
    {
        Expression lookup = Begin("lookup");
        _writer.String(1, set);
        _writer.U32BigEndian(2, from);
        End(lookup);
        return this;
    }

    private NftRule Immediate(uint register, scoped ReadOnlySpan<byte> value)
    {
        Expression immediate = Begin("immediate");
        _writer.U32BigEndian(1, register);
        Value(2, value);
        End(immediate);
        return this;
    }

    private NftRule InterfaceOf(uint key, string set, bool not)
    {
        LoadMeta(key, Register);
        Expression lookup = Begin("lookup");
        _writer.String(1, set);
        _writer.U32BigEndian(2, Register);
        if (not)
        {
            _writer.U32BigEndian(5, NFT_LOOKUP_F_INV);
        }

        End(lookup);
        return this;
    }

    private NftRule Interface(uint key, string name, bool not)
    {
        Span<byte> bytes = stackalloc byte[IFNAMSIZ];
        bytes.Clear();
        Encoding.ASCII.GetBytes(name, bytes[..(IFNAMSIZ - 1)]);
        return LoadMeta(key, Register).Compare(not ? NFT_CMP_NEQ : NFT_CMP_EQ, bytes);
    }

    private NftRule Number(uint key, uint value, bool not = false)
    {
        Span<byte> bytes = stackalloc byte[4];
        MemoryMarshal.Write(bytes, value);
        return LoadMeta(key, Register).Compare(not ? NFT_CMP_NEQ : NFT_CMP_EQ, bytes);
    }

    private NftRule Network(uint offset, scoped ReadOnlySpan<byte> network, int prefixLength)
    {
        LoadPayload(NFT_PAYLOAD_NETWORK_HEADER, offset, (uint)network.Length, Register);
        Span<byte> mask = stackalloc byte[network.Length], masked = stackalloc byte[network.Length];
        for (int i = 0; i < network.Length; i++)
        {
            mask[i] = (byte)(0xff00 >> Math.Clamp(prefixLength - (8 * i), 0, 8));
            masked[i] = (byte)(network[i] & mask[i]);
        }

        if (prefixLength < 8 * network.Length)
        {
            And(mask);
        }

        return Compare(NFT_CMP_EQ, masked);
    }

    private NftRule Conntrack(uint key, uint bits)
    {
        Expression ct = Begin("ct");
        _writer.U32BigEndian(1, Register);
        _writer.U32BigEndian(2, key);
        End(ct);
        Span<byte> mask = stackalloc byte[4];
        MemoryMarshal.Write(mask, bits);
        And(mask);
        return Compare(NFT_CMP_NEQ, stackalloc byte[4]);
    }

    private NftRule LoadMeta(uint key, uint register)
    {
        Expression meta = Begin("meta");
        _writer.U32BigEndian(1, register);
        _writer.U32BigEndian(2, key);
        End(meta);
        return this;
    }

    private NftRule LoadPayload(uint header, uint offset, uint length, uint register)
    {
        Expression payload = Begin("payload");
        _writer.U32BigEndian(1, register);
        _writer.U32BigEndian(2, header);
        _writer.U32BigEndian(3, offset);
        _writer.U32BigEndian(4, length);
        End(payload);
        return this;
    }

    private void And(ReadOnlySpan<byte> mask)
    {
        Span<byte> zero = stackalloc byte[mask.Length];
        zero.Clear();
        Bitwise(mask, zero);
    }

    private void Bitwise(ReadOnlySpan<byte> mask, ReadOnlySpan<byte> xor)
    {
        Expression bitwise = Begin("bitwise");
        _writer.U32BigEndian(1, Register);
        _writer.U32BigEndian(2, Register);
        _writer.U32BigEndian(3, (uint)mask.Length);
        Value(4, mask);
        Value(5, xor);
        End(bitwise);
    }

    private NftRule Compare(uint operation, scoped ReadOnlySpan<byte> value)
    {
        Expression cmp = Begin("cmp");
        _writer.U32BigEndian(1, Register);
        _writer.U32BigEndian(2, operation);
        Value(3, value);
        End(cmp);
        return this;
    }

    private void Value(ushort type, ReadOnlySpan<byte> bytes)
    {
        int nest = _writer.BeginNest(type);
        _writer.Bytes(NFTA_DATA_VALUE, bytes);
        _writer.EndNest(nest);
    }

    private Expression Begin(string name)
    {
        int item = _writer.BeginNest(NFTA_LIST_ELEM);
        _writer.String(NFTA_EXPR_NAME, name);
        return new Expression(item, _writer.BeginNest(NFTA_EXPR_DATA));
    }

    private void End(Expression expression)
    {
        _writer.EndNest(expression.Data);
        _writer.EndNest(expression.Item);
    }

    private void Finish()
    {
        _writer.EndNest(_expressions);
        _writer.End();
    }

    private readonly record struct Expression(int Item, int Data);
}
