using System.Text;
using Quai.Linux.Netlink;
using static Quai.Linux.Nftables.NftExpressions;

namespace Quai.Linux.Nftables;

/// <summary>One expression of an existing rule: what it loads, compares or does.</summary>
/// <param name="Name">The kernel's name: <c>meta</c>, <c>cmp</c>, <c>lookup</c>, <c>match</c> (of iptables) …</param>
/// <param name="Data">Its netlink attributes, as the kernel listed them.</param>
public sealed record NftExpression(string Name, byte[] Data)
{
    private const ushort NFTA_IMMEDIATE_DREG = 1, NFTA_IMMEDIATE_DATA = 2, NFTA_CMP_DATA = 3, NFTA_TARGET_NAME = 1, NFTA_MATCH_INFO = 3;

    /// <summary>Its attributes.</summary>
    internal NetlinkAttributes Attributes => new(Data);

    /// <summary>Of an expression of iptables, the name of the match or target.</summary>
    public string Extension => Text(NFTA_TARGET_NAME);

    /// <summary>Of a match of iptables, its parameters as that match lays them out.</summary>
    public ReadOnlySpan<byte> ExtensionData => Value(NFTA_MATCH_INFO);

    /// <summary>A number among its attributes; −1 if there is none.</summary>
    internal long Number(ushort type) => Value(type) is { Length: sizeof(uint) } value ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(value) : -1;

    /// <summary>A text among its attributes; empty if there is none.</summary>
    internal string Text(ushort type)
    {
        ReadOnlySpan<byte> value = Value(type);
        int end = value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }

    /// <summary>Of a comparison, the value that is compared with.</summary>
    internal ReadOnlySpan<byte> Operand()
    {
        var value = new NetlinkAttributes(Value(NFTA_CMP_DATA));
        return value.Next() && value.Type == NFTA_DATA_VALUE ? value.Value : [];
    }

    /// <summary>The verdict that it gives, if it does, and the chain that this leads to.</summary>
    internal (NftRuleEnd End, string? Target) Verdict()
    {
        if (Name != "immediate" || Number(NFTA_IMMEDIATE_DREG) != 0)
        {
            return (NftRuleEnd.None, null);
        }

        var data = new NetlinkAttributes(Value(NFTA_IMMEDIATE_DATA));
        while (data.Next())
        {
            if (data.Type != NFTA_DATA_VERDICT)
            {
                continue;
            }

            (int code, string? chain) = (int.MinValue, null);
            NetlinkAttributes verdict = data.Nested;
            while (verdict.Next())
            {
                code = verdict.Type == NFTA_VERDICT_CODE ? (int)verdict.U32BigEndian : code;
                chain = verdict.Type == NFTA_VERDICT_CHAIN ? verdict.String : chain;
            }

            return code switch
            {
                NF_DROP => (NftRuleEnd.Refuse, null),
                NF_ACCEPT => (NftRuleEnd.Accept, null),
                NFT_JUMP => (NftRuleEnd.Jump, chain),
                NFT_GOTO => (NftRuleEnd.Goto, chain),
                NFT_RETURN => (NftRuleEnd.Return, null),
                _ => (NftRuleEnd.None, null),
            };
        }

        return (NftRuleEnd.None, null);
    }

    private ReadOnlySpan<byte> Value(ushort type)
    {
        NetlinkAttributes attributes = Attributes;
        while (attributes.Next())
        {
            if (attributes.Type == type)
            {
                return attributes.Value;
            }
        }

        return [];
    }
}
