using System.Buffers.Binary;
using System.Text;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>Lists the existing chains and rules, whoever created them.</summary>
public static class NftListing
{
    private const int HeaderLength = 4;
    private const ushort NFNL_SUBSYS_NFTABLES = 10;
    private const byte NFT_MSG_GETCHAIN = 4, NFT_MSG_GETRULE = 7;
    private const ushort NFTA_CHAIN_TABLE = 1, NFTA_CHAIN_NAME = 3, NFTA_CHAIN_HOOK = 4, NFTA_CHAIN_POLICY = 5, NFTA_HOOK_HOOKNUM = 1;
    private const ushort NFTA_RULE_TABLE = 1, NFTA_RULE_CHAIN = 2, NFTA_RULE_HANDLE = 3, NFTA_RULE_EXPRESSIONS = 4, NFTA_RULE_USERDATA = 7;
    private const ushort NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2, NFTA_IMMEDIATE_DATA = 2, NFTA_DATA_VERDICT = 2, NFTA_VERDICT_CODE = 1, NFTA_VERDICT_CHAIN = 2, NFTA_TARGET_NAME = 1;
    private const int NF_DROP = 0, NF_ACCEPT = 1, NFT_JUMP = -3, NFT_GOTO = -4, NFT_RETURN = -5;
    private const byte NFTNL_UDATA_RULE_COMMENT = 0;

    /// <summary>All base chains of a family.</summary>
    /// <exception cref="LinuxException">The kernel refused, with EINTR when chains changed meanwhile.</exception>
    public static List<NftBaseChain> BaseChains(NetlinkSocket socket, NftFamily family)
    {
        using var writer = new NetlinkWriter();
        Begin(writer, NFT_MSG_GETCHAIN, family);
        writer.End();
        List<NftBaseChain> chains = [];
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                (string table, string name, int hook, uint policy) = ("", "", -1, NF_ACCEPT);
                var attributes = new NetlinkAttributes(payload[HeaderLength..]);
                while (attributes.Next())
                {
                    switch (attributes.Type)
                    {
                        case NFTA_CHAIN_TABLE:
                            table = attributes.String;
                            break;
                        case NFTA_CHAIN_NAME:
                            name = attributes.String;
                            break;
                        case NFTA_CHAIN_POLICY:
                            policy = attributes.U32BigEndian;
                            break;
                        case NFTA_CHAIN_HOOK:
                            NetlinkAttributes nested = attributes.Nested;
                            while (nested.Next())
                            {
                                hook = nested.Type == NFTA_HOOK_HOOKNUM ? (int)nested.U32BigEndian : hook;
                            }

                            break;
                    }
                }

                if (hook >= 0)
                {
                    chains.Add(new NftBaseChain(family, table, name, hook, policy == NF_DROP));
                }
            },
            "list nftables chains");
        return chains;
    }

    /// <summary>The rules of one chain, in their order.</summary>
    /// <exception cref="LinuxException">The kernel refused, with EINTR when rules changed meanwhile.</exception>
    public static List<NftListedRule> Rules(NetlinkSocket socket, NftFamily family, string table, string chain)
    {
        using var writer = new NetlinkWriter();
        Begin(writer, NFT_MSG_GETRULE, family);
        writer.String(NFTA_RULE_TABLE, table);
        writer.String(NFTA_RULE_CHAIN, chain);
        writer.End();
        List<NftListedRule> rules = [];
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                (string ofTable, string ofChain) = ("", "");
                var rule = new NftListedRule(0, NftRuleEnd.None, null, "");
                var attributes = new NetlinkAttributes(payload[HeaderLength..]);
                while (attributes.Next())
                {
                    switch (attributes.Type)
                    {
                        case NFTA_RULE_TABLE:
                            ofTable = attributes.String;
                            break;
                        case NFTA_RULE_CHAIN:
                            ofChain = attributes.String;
                            break;
                        case NFTA_RULE_HANDLE:
                            rule = rule with { Handle = BinaryPrimitives.ReadUInt64BigEndian(attributes.Value) };
                            break;
                        case NFTA_RULE_EXPRESSIONS:
                            (NftRuleEnd end, string? target) = EndOf(attributes.Nested);
                            rule = rule with { End = end, Target = target };
                            break;
                        case NFTA_RULE_USERDATA:
                            rule = rule with { Comment = CommentOf(attributes.Value) };
                            break;
                    }
                }

                // Old kernels list all rules of the table.
                if (ofTable == table && ofChain == chain)
                {
                    rules.Add(rule);
                }
            },
            $"list rules of nftables chain {table} {chain}");
        return rules;
    }

    private static void Begin(NetlinkWriter writer, byte message, NftFamily family)
    {
        writer.Begin((ushort)((NFNL_SUBSYS_NFTABLES << 8) | message), NLM_F_DUMP);
        writer.Put((uint)family);
    }

    /// <summary>A rule that only counts and logs before its verdict has no condition.</summary>
    private static (NftRuleEnd End, string? Target) EndOf(NetlinkAttributes list)
    {
        while (list.Next())
        {
            NetlinkAttributes expression = list.Nested;
            string name = "";
            while (expression.Next())
            {
                if (expression.Type == NFTA_EXPR_NAME)
                {
                    name = expression.String;
                    if (name is "reject" or "queue")
                    {
                        return (NftRuleEnd.Refuse, null);
                    }

                    if (name is not ("counter" or "log" or "immediate" or "target"))
                    {
                        return (NftRuleEnd.None, null);
                    }
                }
                else if (expression.Type == NFTA_EXPR_DATA && name == "immediate" && VerdictOf(expression.Nested) is { End: not NftRuleEnd.None } verdict)
                {
                    return verdict;
                }
                else if (expression.Type == NFTA_EXPR_DATA && name == "target")
                {
                    // Of iptables' own targets, REJECT and NFQUEUE end the traversal; LOG and the like do not.
                    NetlinkAttributes target = expression.Nested;
                    while (target.Next())
                    {
                        if (target.Type == NFTA_TARGET_NAME && target.String is "REJECT" or "NFQUEUE" or "TARPIT")
                        {
                            return (NftRuleEnd.Refuse, null);
                        }
                    }
                }
            }
        }

        return (NftRuleEnd.None, null);
    }

    private static (NftRuleEnd End, string? Target) VerdictOf(NetlinkAttributes immediate)
    {
        while (immediate.Next())
        {
            if (immediate.Type != NFTA_IMMEDIATE_DATA)
            {
                continue;
            }

            NetlinkAttributes data = immediate.Nested;
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
        }

        return (NftRuleEnd.None, null);
    }

    private static string CommentOf(ReadOnlySpan<byte> userdata)
    {
        while (userdata.Length >= 2 && userdata.Length >= 2 + userdata[1])
        {
            if (userdata[0] == NFTNL_UDATA_RULE_COMMENT)
            {
                return Encoding.UTF8.GetString(userdata.Slice(2, userdata[1]).TrimEnd((byte)0));
            }

            userdata = userdata[(2 + userdata[1])..];
        }

        return "";
    }
}
