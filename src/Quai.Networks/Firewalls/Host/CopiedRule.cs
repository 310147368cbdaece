using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls.Host;

/// <summary>A copy of a rule of the host's firewall.</summary>
/// <param name="Conditions">Which packets it is about; the verdict there is the original's.</param>
/// <param name="Verdict">What becomes of them.</param>
/// <param name="Target">The copied chain that a jump leads to; null otherwise.</param>
internal sealed record CopiedRule(NftConditions Conditions, NftRuleEnd Verdict, string? Target);
