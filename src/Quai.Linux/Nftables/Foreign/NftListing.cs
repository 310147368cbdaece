using System.Buffers.Binary;
using System.Text;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;
using static Quai.Linux.Nftables.NftExpressions;

namespace Quai.Linux.Nftables;

/// <summary>Lists the existing chains and rules, whoever created them.</summary>
public static class NftListing
{
    private const int HeaderLength = 4;
    private const ushort NFNL_SUBSYS_NFTABLES = 10;
    private const byte NFT_MSG_GETCHAIN = 4, NFT_MSG_GETRULE = 7, NFT_MSG_GETSETELEM = 13;
    private const ushort NFTA_SET_ELEM_LIST_TABLE = 1, NFTA_SET_ELEM_LIST_SET = 2, NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    private const ushort NFTA_CHAIN_TABLE = 1, NFTA_CHAIN_NAME = 3, NFTA_CHAIN_HOOK = 4, NFTA_CHAIN_POLICY = 5, NFTA_HOOK_HOOKNUM = 1;
    private const ushort NFTA_RULE_TABLE = 1, NFTA_RULE_CHAIN = 2, NFTA_RULE_HANDLE = 3, NFTA_RULE_EXPRESSIONS = 4, NFTA_RULE_USERDATA = 7;
    private const byte NFTNL_UDATA_RULE_COMMENT = 0;

    /// <summary>All base chains of a family.</summary>
    /// <exception cref="LinuxException">The kernel refused, with EINTR when chains changed meanwhile.</exception>
    public static List<NftBaseChain> BaseChains(NetlinkSocket socket, NftFamily family)
    {
        using NetlinkWriter writer = BeginDump(NFT_MSG_GETCHAIN, family);
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
        using NetlinkWriter writer = BeginDump(NFT_MSG_GETRULE, family);
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
                            rule = Read(rule, attributes.Nested);
                            break;
                        case NFTA_RULE_USERDATA:
                            rule = CommentOf(attributes.Value) is { Length: > 0 } comment ? rule with { Comment = comment } : rule;
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

    /// <summary>Begins a request to list something.</summary>
    internal static NetlinkWriter BeginDump(byte message, NftFamily family)
    {
        var writer = new NetlinkWriter();
        writer.Begin((ushort)((NFNL_SUBSYS_NFTABLES << 8) | message), NLM_F_DUMP);
        writer.Put((uint)family);
        return writer;
    }

    /// <summary>Reads the elements of a set or map, one after the other.</summary>
    internal static void Elements(NetlinkSocket socket, NftFamily family, string table, string set, ReadElement read)
    {
        using NetlinkWriter writer = BeginDump(NFT_MSG_GETSETELEM, family);
        writer.String(NFTA_SET_ELEM_LIST_TABLE, table);
        writer.String(NFTA_SET_ELEM_LIST_SET, set);
        writer.End();
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                var attributes = new NetlinkAttributes(payload[HeaderLength..]);
                while (attributes.Next())
                {
                    NetlinkAttributes list = attributes.Nested;
                    while (attributes.Type == NFTA_SET_ELEM_LIST_ELEMENTS && list.Next())
                    {
                        read(list.Nested);
                    }
                }
            },
            $"list elements of {table} {set}");
    }

    /// <summary>Reads an element.</summary>
    internal delegate void ReadElement(NetlinkAttributes element);

    /// <summary>What a rule does with each packet, and with some. One that only counts, logs and says something about itself before its verdict has no condition.</summary>
    private static NftListedRule Read(NftListedRule rule, NetlinkAttributes list)
    {
        (bool conditional, bool byProtocol) = (false, false);
        (NftRuleEnd end, string? target) = (NftRuleEnd.None, null);
        List<NftExpression> conditions = [];
        while (list.Next())
        {
            NftExpression expression = ReadExpression(list.Nested);
            switch (expression.Name)
            {
                case "counter" or "log":
                    break;
                case "reject" or "queue":
                    end = NftRuleEnd.Refuse;
                    break;
                case "immediate":
                    (end, target) = expression.Verdict() is { End: not NftRuleEnd.None } verdict ? verdict : (end, target);
                    break;
                case "target":
                    // Of iptables' own: REJECT and NFQUEUE end the way, LOG and the like do not.
                    end = expression.Extension is "REJECT" or "NFQUEUE" or "TARPIT" ? NftRuleEnd.Refuse : end;
                    break;
                case "match" when expression.Extension == "comment":
                    rule = rule.Comment.Length > 0 ? rule : rule with { Comment = Encoding.UTF8.GetString(Terminated(expression.ExtensionData)) };
                    break;
                case "cmp":
                    conditions.Add(expression);
                    break;
                case "meta" or "payload" when NftConditions.LoadsProtocol(expression):
                    byProtocol = true;
                    conditions.Add(expression);
                    break;
                default:
                    conditional = true;
                    conditions.Add(expression);
                    break;
            }
        }

        rule = rule with { Conditions = new NftConditions(conditions, end, target) };
        return conditional || (byProtocol && end != NftRuleEnd.Refuse) ? rule : rule with { End = byProtocol ? NftRuleEnd.RefuseProtocol : end, Target = target };
    }

    private static NftExpression ReadExpression(NetlinkAttributes attributes)
    {
        (string name, byte[] data) = ("", []);
        while (attributes.Next())
        {
            if (attributes.Type == NFTA_EXPR_NAME)
            {
                name = attributes.String;
            }
            else if (attributes.Type == NFTA_EXPR_DATA)
            {
                data = attributes.Value.ToArray();
            }
        }

        return new NftExpression(name, data);
    }

    private static ReadOnlySpan<byte> Terminated(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
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
