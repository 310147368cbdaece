using System.Runtime.InteropServices;
using static Quai.Linux.Nftables.NftExpressions;

namespace Quai.Linux.Nftables;

/// <summary>An existing rule that may have conditions: which, and its verdict where they hold.</summary>
/// <param name="Expressions">The conditions, without what counts, logs and gives the verdict.</param>
/// <param name="Verdict">How it ends the traversal of the packets that fulfil them; never <see cref="NftRuleEnd.RefuseProtocol"/>.</param>
/// <param name="Target">The chain that a jump leads to; null otherwise.</param>
public sealed record NftConditions(IReadOnlyList<NftExpression> Expressions, NftRuleEnd Verdict, string? Target)
{
    private const ushort NFTA_LOOKUP_SET = 1, NFTA_LOOKUP_DREG = 3, NFTA_LOOKUP_SET_ID = 4, NFTA_LOOKUP_FLAGS = 5, NFTA_CMP_OP = 2, NFTA_META_KEY = 2, NFTA_META_SREG = 3, NFTA_PAYLOAD_BASE = 2, NFTA_PAYLOAD_OFFSET = 3, NFTA_PAYLOAD_SREG = 5, NFTA_CT_SREG = 4;
    private const int ProtocolOffset = 9, DestinationPort = 2, Address6 = 16;

    /// <summary>A rule that says nothing.</summary>
    public static NftConditions None { get; } = new([], NftRuleEnd.None, null);

    /// <summary>
    /// Whether the same can be asked elsewhere: it depends on the packet and its connection alone, not on what came before, on sets that a program keeps,
    /// or on an extension that is not known.
    /// </summary>
    public bool CanBeCopied => Expressions.All(IsOfThePacket);

    /// <summary>The sets that it looks into.</summary>
    public IEnumerable<string> Sets => Expressions.Where(e => e.Name == "lookup").Select(SetOf);

    /// <summary>The one protocol that it is about; null for any.</summary>
    internal byte? Protocol
    {
        get
        {
            for (int i = 0; i + 1 < Expressions.Count; i++)
            {
                if (LoadsProtocol(Expressions[i]) && Expressions[i + 1] is { Name: "cmp" } compare && compare.Number(NFTA_CMP_OP) == NFT_CMP_EQ)
                {
                    return compare.Operand() is [byte protocol] ? protocol : null;
                }
            }

            return null;
        }
    }

    /// <summary>Whether it names destination ports, or sources, that it is about. "All but these" names none.</summary>
    public bool NamesPortOrSource
    {
        get
        {
            bool loaded = false;
            foreach (NftExpression expression in Expressions)
            {
                switch (expression.Name)
                {
                    case "payload":
                        loaded |= IsPortOrSource(expression);
                        break;
                    case "bitwise" or "byteorder":
                        break;
                    case "cmp" or "range" or "lookup":
                        bool not = expression.Name == "lookup" ? (expression.Number(NFTA_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV) == 1 : expression.Number(NFTA_CMP_OP) == NFT_CMP_NEQ;
                        if (loaded && !not)
                        {
                            return true;
                        }

                        loaded = false;
                        break;
                    case "match" when MatchNamesPortOrSource(expression):
                        return true;
                }
            }

            return false;
        }
    }

    /// <summary>The same conditions, asked of other sets.</summary>
    /// <param name="name">The other set's name for that of one.</param>
    public NftConditions WithSets(Func<string, string> name) =>
        this with { Expressions = [.. Expressions.Select(e => e.Name == "lookup" ? WithSet(e, name(SetOf(e))) : e)] };

    private static string SetOf(NftExpression lookup) => lookup.Text(NFTA_LOOKUP_SET);

    private static NftExpression WithSet(NftExpression lookup, string set)
    {
        using var writer = new Netlink.NetlinkWriter(64);
        writer.String(NFTA_LOOKUP_SET, set);
        Netlink.NetlinkAttributes attributes = lookup.Attributes;
        while (attributes.Next())
        {
            if (attributes.Type is not (NFTA_LOOKUP_SET or NFTA_LOOKUP_SET_ID))
            {
                writer.Bytes(attributes.Type, attributes.Value);
            }
        }

        return new NftExpression(lookup.Name, writer.Written.ToArray());
    }

    /// <summary>Whether an expression loads the transport protocol's number.</summary>
    internal static bool LoadsProtocol(NftExpression expression) => expression.Name switch
    {
        "meta" => expression.Number(NFTA_META_KEY) == NFT_META_L4PROTO,
        "payload" => expression.Number(NFTA_PAYLOAD_BASE) == NFT_PAYLOAD_NETWORK_HEADER && expression.Number(NFTA_PAYLOAD_OFFSET) == ProtocolOffset,
        _ => false,
    };

    private static bool IsOfThePacket(NftExpression expression) => expression.Name switch
    {
        // A register as its source means that it writes.
        "meta" => expression.Number(NFTA_META_SREG) < 0,
        "payload" => expression.Number(NFTA_PAYLOAD_SREG) < 0,
        "ct" => expression.Number(NFTA_CT_SREG) < 0,
        "lookup" => expression.Number(NFTA_LOOKUP_DREG) < 0,
        "cmp" or "range" or "bitwise" or "byteorder" or "fib" or "exthdr" => true,
        "match" => expression.Extension is "tcp" or "udp" or "sctp" or "multiport" or "conntrack" or "state" or "addrtype" or "iprange" or "mark" or "pkttype" or "mac" or "icmp" or "icmp6",
        _ => false,
    };

    private static bool IsPortOrSource(NftExpression load)
    {
        long offset = load.Number(NFTA_PAYLOAD_OFFSET);
        return load.Number(NFTA_PAYLOAD_BASE) switch
        {
            NFT_PAYLOAD_TRANSPORT_HEADER => offset == DestinationPort,
            NFT_PAYLOAD_NETWORK_HEADER => offset is SourceOffset || offset is >= SourceOffset6 and < SourceOffset6 + Address6,
            _ => false,
        };
    }

    // As the kernel's headers lay out what such matches are told: linux/netfilter/xt_tcpudp.h, xt_sctp.h, xt_multiport.h, xt_iprange.h.
    private static bool MatchNamesPortOrSource(NftExpression match)
    {
        const byte NotDestination = 2;
        ReadOnlySpan<byte> info = match.ExtensionData;
        return match.Extension switch
        {
            "tcp" => info.Length >= 12 && IsSomePorts(info[4..]) && (info[11] & NotDestination) == 0,
            "udp" => info.Length >= 9 && IsSomePorts(info[4..]) && (info[8] & NotDestination) == 0,
            "sctp" => info.Length >= 68 && IsSomePorts(info) && (MemoryMarshal.Read<uint>(info[64..]) & NotDestination) == 0,
            "multiport" => info.Length >= 48 && info[0] is 1 or 2 && info[47] == 0,
            "iprange" => info.Length > 64 && (info[64] & 1) != 0,
            _ => false,
        };
    }

    private static bool IsSomePorts(ReadOnlySpan<byte> range) =>
        MemoryMarshal.Read<ushort>(range) != 0 || MemoryMarshal.Read<ushort>(range[2..]) != ushort.MaxValue;
}
