using System.Globalization;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls.Host;

/// <summary>
/// Reads what the host's firewall denies of what is sent to the host. A denial counts that names a destination port or a source, itself or by a jump that led to it:
/// somebody meant it. What a firewall refuses because nobody allowed it (a policy, a rule for all the rest) is about the host's own services, and closes no published port.
/// </summary>
/// <param name="socket">A socket of <see cref="NftBatch.OpenSocket"/>.</param>
/// <param name="family">Of the table that the copies are for: <see cref="NftFamily.IPv4"/> or <see cref="NftFamily.IPv6"/>.</param>
internal sealed class HostRuleReader(NetlinkSocket socket, NftFamily family)
{
    private const int Input = 1, MaximalDepth = 16, MaximalRules = 4096, MaximalElements = 4096, MaximalName = 100;

    // ufw's, for noise that is to get its policy without a word in the log: no denial of these ports.
    private const string ToPolicy = "-skip-to-policy-";

    private readonly Dictionary<(NftFamily Family, string Table, string Chain), List<NftListedRule>> _read = [];
    private readonly Dictionary<(NftFamily Family, string Table, string Chain, bool Named), CopiedTree?> _copied = [];
    private readonly Dictionary<(NftFamily Family, string Table, string Set), NftListedSet?> _sets = [];
    private readonly List<CopiedChain> _chains = [];
    private readonly List<string> _unheeded = [];
    private int _rules;

    /// <summary>Denials that cannot be kept for published ports, as a person finds them: family, table, chain and handle.</summary>
    public IReadOnlyList<string> Unheeded => _unheeded;

    /// <summary>Reads all of it.</summary>
    /// <param name="isOurs">Whether a table is one of Quai's.</param>
    /// <exception cref="Linux.LinuxException">The kernel refused, with EINTR when rules changed meanwhile.</exception>
    public HostDenials Read(Func<string, bool> isOurs)
    {
        foreach (NftFamily of in (NftFamily[])[family, NftFamily.Inet])
        {
            foreach (NftBaseChain chain in NftListing.BaseChains(socket, of).Where(c => c.Hook == Input && !isOurs(c.Table)))
            {
                Copy(new Place(of, chain.Table, chain.Name), named: false, depth: 0);
            }
        }

        // Chains were added when they were done: who jumps after where it jumps to.
        _chains.Reverse();
        HashSet<string> reached = [], looked = [];
        List<CopiedChain> needed = [];
        foreach (CopiedChain chain in _chains.Where(c => c.IsBase || reached.Contains(c.Name)))
        {
            needed.Add(chain);
            reached.UnionWith(chain.Rules.Select(r => r.Target).OfType<string>());
            looked.UnionWith(chain.Rules.SelectMany(r => r.Conditions.Sets));
        }

        return needed.Count == 0 ? HostDenials.None : new HostDenials(needed, [.. _sets.Values.OfType<NftListedSet>().Where(s => looked.Contains(s.Name))]);
    }

    private CopiedTree? Copy(Place place, bool named, int depth)
    {
        var key = (place.Family, place.Table, place.Chain, named);
        if (depth > 0 && _copied.TryGetValue(key, out CopiedTree? done))
        {
            return done;
        }

        List<CopiedRule> rules = [];
        int needed = 0;
        foreach (NftListedRule rule in RulesOf(place))
        {
            if (CopyOf(rule, place, named, depth) is not { } copy)
            {
                continue;
            }

            rules.Add(copy.Rule);
            needed = copy.Denies ? rules.Count : needed;
            if (copy.Rule.Conditions.Expressions.Count == 0 && copy.Rule.Verdict is not NftRuleEnd.Jump)
            {
                break;
            }
        }

        if (depth == 0)
        {
            // What follows the last denial decides nothing.
            rules.RemoveRange(needed, rules.Count - needed);
        }

        CopiedTree? tree = null;
        if (rules.Count > 0)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"host_{_chains.Count}_{place.Chain}");
            tree = new CopiedTree(name[..Math.Min(name.Length, MaximalName)], needed > 0);
            _chains.Add(new CopiedChain(tree.Name, depth == 0, rules));
        }

        return _copied[key] = tree;
    }

    private (CopiedRule Rule, bool Denies)? CopyOf(NftListedRule listed, Place place, bool named, int depth)
    {
        NftConditions rule = listed.Conditions;
        named |= rule.NamesPortOrSource;
        switch (rule.Verdict)
        {
            case NftRuleEnd.None:
                return null;
            case NftRuleEnd.Refuse when !named:
                // The end of what is read, if all the rest is refused here.
                return rule.Expressions.Count == 0 ? (new CopiedRule(NftConditions.None, NftRuleEnd.Accept, null), false) : null;
            case NftRuleEnd.Refuse:
                return ConditionsOf(listed, place, tell: true) is { } denied ? (new CopiedRule(denied, NftRuleEnd.Refuse, null), true) : null;
            case NftRuleEnd.Jump or NftRuleEnd.Goto:
                CopiedTree? target = depth < MaximalDepth
                    ? Copy(place with { Chain = rule.Target! }, named && !rule.Target!.Contains(ToPolicy, StringComparison.Ordinal), depth + 1)
                    : null;
                return (target, rule.Verdict, ConditionsOf(listed, place, tell: target?.Denies == true)) switch
                {
                    (null, NftRuleEnd.Goto, { } conditions) => (new CopiedRule(conditions, NftRuleEnd.Return, null), false),
                    ({ } to, _, { } conditions) => (new CopiedRule(conditions, rule.Verdict, to.Name), to.Denies),
                    _ => null,
                };
            default:
                return ConditionsOf(listed, place, tell: false) is { } known ? (new CopiedRule(known, rule.Verdict, null), false) : null;
        }
    }

    /// <summary>A rule's conditions, as they are asked in Quai's table; null if they cannot be.</summary>
    private NftConditions? ConditionsOf(NftListedRule listed, Place place, bool tell)
    {
        NftConditions rule = listed.Conditions;
        if (rule.CanBeCopied && _rules++ < MaximalRules && rule.Sets.All(s => SetOf(place, s) is not null))
        {
            return rule.WithSets(set => SetOf(place, set)!.Name);
        }

        if (tell)
        {
            string family = place.Family switch { NftFamily.Inet => "inet", NftFamily.IPv4 => "ip", _ => "ip6" };
            _unheeded.Add(string.Create(CultureInfo.InvariantCulture, $"{family} {place.Table} {place.Chain} handle {listed.Handle}"));
        }

        return null;
    }

    private NftListedSet? SetOf(Place place, string set)
    {
        var key = (place.Family, place.Table, set);
        if (!_sets.TryGetValue(key, out NftListedSet? found))
        {
            found = NftListedSet.Read(socket, place.Family, place.Table, set, MaximalElements);
            found = found is { CanBeCopied: true } && found.Elements.Count <= MaximalElements
                ? found with { Name = string.Create(CultureInfo.InvariantCulture, $"host_set_{_sets.Count}") }
                : null;
            _sets[key] = found;
        }

        return found;
    }

    private List<NftListedRule> RulesOf(Place place)
    {
        var key = (place.Family, place.Table, place.Chain);
        if (!_read.TryGetValue(key, out List<NftListedRule>? rules))
        {
            _read[key] = rules = NftListing.Rules(socket, place.Family, place.Table, place.Chain);
        }

        return rules;
    }

    private readonly record struct Place(NftFamily Family, string Table, string Chain);

    private sealed record CopiedTree(string Name, bool Denies);
}
