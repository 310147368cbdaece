namespace Quai.Linux.Nftables;

/// <summary>An existing rule, as far as its effect on every packet is known.</summary>
/// <param name="Handle">Its number in its table.</param>
/// <param name="End">How it ends each packet's traversal.</param>
/// <param name="Target">The chain that a jump leads to; null otherwise.</param>
/// <param name="Comment">Its comment; empty for none.</param>
public sealed record NftListedRule(ulong Handle, NftRuleEnd End, string? Target, string Comment)
{
    /// <summary>What it does with some packets.</summary>
    public NftConditions Conditions { get; init; } = NftConditions.None;
}
