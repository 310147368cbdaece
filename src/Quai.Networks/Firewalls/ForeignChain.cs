using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls;

/// <summary>What a chain of somebody else's does with packets that are forwarded, and where in it a rule must stand that is to let some of them pass.</summary>
/// <param name="Refuses">Whether it refuses what none of its rules accepts.</param>
/// <param name="Before">The handle of the rule in front of which it must stand at the latest; null for anywhere.</param>
internal readonly record struct ForeignChain(bool Refuses, ulong? Before)
{
    // What the kernel allows.
    private const int MaximalDepth = 16;

    private enum Way
    {
        GoesOn,
        Accepted,
        Refused,
        Policy,
    }

    /// <summary>
    /// Reads a base chain. Rules that look at a packet are its administrator's affair, and stay before Quai's. What counts is how the way of those ends that no such rule has stopped:
    /// by the policy, or by a rule without a condition, in this chain or in one that every packet is sent to.
    /// </summary>
    /// <param name="policyDrops">Whether its policy is drop.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="rulesOf">The rules of another chain of its table.</param>
    public static ForeignChain Read(bool policyDrops, IEnumerable<NftListedRule> rules, Func<string, IReadOnlyList<NftListedRule>> rulesOf)
    {
        // Rules that refuse one protocol after another belong to the end that they lead to.
        ulong? protocols = null;
        foreach (NftListedRule rule in rules)
        {
            if (rule.End == NftRuleEnd.RefuseProtocol)
            {
                protocols ??= rule.Handle;
                continue;
            }

            switch (WayOf(rule, rulesOf, 0))
            {
                case Way.Accepted:
                    return new ForeignChain(false, null);
                case Way.Refused:
                    return new ForeignChain(true, protocols ?? rule.Handle);
                case Way.Policy:
                    return new ForeignChain(policyDrops, policyDrops ? protocols ?? rule.Handle : null);
            }

            protocols = null;
        }

        return new ForeignChain(policyDrops, policyDrops ? protocols : null);
    }

    private static Way WayOf(NftListedRule rule, Func<string, IReadOnlyList<NftListedRule>> rulesOf, int depth)
    {
        switch (rule.End)
        {
            case NftRuleEnd.Accept:
                return Way.Accepted;
            case NftRuleEnd.Refuse:
                return Way.Refused;
            case NftRuleEnd.Return:
                return depth == 0 ? Way.Policy : Way.GoesOn;
            case NftRuleEnd.Jump or NftRuleEnd.Goto when rule.Target is { } target && depth < MaximalDepth:
                foreach (NftListedRule next in rulesOf(target))
                {
                    if (next.End == NftRuleEnd.Return)
                    {
                        break;
                    }

                    if (WayOf(next, rulesOf, depth + 1) is not Way.GoesOn and var way)
                    {
                        return way;
                    }
                }

                return rule.End == NftRuleEnd.Goto && depth == 0 ? Way.Policy : Way.GoesOn;
            default:
                return Way.GoesOn;
        }
    }
}
