using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>Copies of what others made.</summary>
public sealed partial class NftBatch
{
    private const ushort NFTA_SET_DESC = 9, NFTA_RULE_COMPAT = 5, NFTA_RULE_COMPAT_PROTO = 1, NFTA_RULE_COMPAT_FLAGS = 2, NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2;

    /// <summary>Begins a rule at the end of a chain with the conditions of another (<see cref="NftConditions.CanBeCopied"/>). Its verdict ends it.</summary>
    public NftRule CopyOf(string table, string chain, NftConditions conditions)
    {
        Begin(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
        _writer.String(NFTA_RULE_TABLE, table);
        _writer.String(NFTA_RULE_CHAIN, chain);
        if (conditions.Protocol is { } protocol && conditions.Expressions.Any(e => e.Name == "match"))
        {
            // Matches of iptables ask their rule's protocol before they are let in.
            int compatibility = _writer.BeginNest(NFTA_RULE_COMPAT);
            _writer.U32BigEndian(NFTA_RULE_COMPAT_PROTO, protocol);
            _writer.U32BigEndian(NFTA_RULE_COMPAT_FLAGS, 0);
            _writer.EndNest(compatibility);
        }

        int expressions = _writer.BeginNest(NFTA_RULE_EXPRESSIONS);
        foreach (NftExpression condition in conditions.Expressions)
        {
            int item = _writer.BeginNest(NFTA_LIST_ELEM);
            _writer.String(NFTA_EXPR_NAME, condition.Name);
            _writer.Bytes(NFTA_EXPR_DATA | NLA_F_NESTED, condition.Data);
            _writer.EndNest(item);
        }

        return new NftRule(_writer, expressions, _family);
    }

    /// <summary>Creates a set that has the elements of another (<see cref="NftListedSet.CanBeCopied"/>).</summary>
    public void AddCopy(string table, string name, NftListedSet set)
    {
        Begin(NFT_MSG_NEWSET, NLM_F_CREATE);
        _writer.String(NFTA_SET_TABLE, table);
        _writer.String(NFTA_SET_NAME, name);
        _writer.U32BigEndian(NFTA_SET_FLAGS, set.Flags & (NftListedSet.Interval | NftListedSet.Concatenation));
        _writer.U32BigEndian(NFTA_SET_KEY_TYPE, set.KeyType);
        _writer.U32BigEndian(NFTA_SET_KEY_LEN, set.KeyLength);
        _writer.U32BigEndian(NFTA_SET_ID, ++_sets);
        if (set.Description.Length > 0)
        {
            _writer.Bytes(NFTA_SET_DESC | NLA_F_NESTED, set.Description);
        }

        _writer.End();
        for (int from = 0; from < set.Elements.Count; from += ElementsPerMessage)
        {
            Begin(NFT_MSG_NEWSETELEM, NLM_F_CREATE);
            _writer.String(NFTA_SET_ELEM_LIST_TABLE, table);
            _writer.String(NFTA_SET_ELEM_LIST_SET, name);
            int list = _writer.BeginNest(NFTA_SET_ELEM_LIST_ELEMENTS);
            foreach (byte[] element in set.Elements.Skip(from).Take(ElementsPerMessage))
            {
                _writer.Bytes(NFTA_LIST_ELEM | NLA_F_NESTED, element);
            }

            _writer.EndNest(list);
            _writer.End();
        }
    }
}
