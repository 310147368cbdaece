namespace Quai.Linux.Nftables;

/// <summary>How a rule without a condition ends the traversal of each packet that reaches it.</summary>
public enum NftRuleEnd
{
    /// <summary>It has a condition, or ends nothing.</summary>
    None,

    /// <summary>By <c>accept</c>.</summary>
    Accept,

    /// <summary>By <c>drop</c>, <c>reject</c> or a queue.</summary>
    Refuse,

    /// <summary>The same for packets of one protocol, whatever else they are.</summary>
    RefuseProtocol,

    /// <summary>By <c>return</c>.</summary>
    Return,

    /// <summary>In another chain, from which it may come back.</summary>
    Jump,

    /// <summary>In another chain, from which it does not come back.</summary>
    Goto,
}
