namespace Quai.Linux.Nftables;

/// <summary>A rule of somebody's, as far as it is told what it does with every packet.</summary>
/// <param name="Handle">Its number in its table.</param>
/// <param name="End">How it ends each packet's way.</param>
/// <param name="Target">The chain that a jump leads to; null otherwise.</param>
/// <param name="Comment">Its comment; empty for none.</param>
public sealed record NftListedRule(ulong Handle, NftRuleEnd End, string? Target, string Comment);
