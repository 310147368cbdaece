using Quai.Compose.Yaml;

namespace Quai.Compose.Merging;

/// <summary>Merges a later tree into an earlier one by the specification's rules.</summary>
/// <param name="faults">What is wrong.</param>
internal sealed class NodeMerge(FaultList faults)
{
    private static readonly (string[] Pattern, MergeRule Rule)[] s_rules =
    [
        .. Of(MergeRule.Pools, "networks.*.ipam.config"),
        .. Of(MergeRule.Lists,
            "networks.*.labels", "volumes.*.labels", "services.*.annotations", "services.*.build.args", "services.*.build.additional_contexts",
            "services.*.build.labels", "services.*.deploy.labels", "services.*.dns", "services.*.dns_opt", "services.*.dns_search",
            "services.*.env_file", "services.*.label_file", "services.*.environment", "services.*.labels", "services.*.sysctls",
            "services.*.tmpfs", "services.*.volumes.*.volume.labels"),
        .. Of(MergeRule.Hosts, "services.*.extra_hosts", "services.*.build.extra_hosts"),
        .. Of(MergeRule.Build, "services.*.build"),
        .. Of(MergeRule.Replace, "services.*.command", "services.*.entrypoint", "services.*.healthcheck.test", "services.*.ulimits.*"),
        .. Of(MergeRule.Dependencies, "services.*.depends_on"),
        .. Of(MergeRule.Names, "services.*.networks", "services.*.models"),
        .. Of(MergeRule.Logging, "services.*.logging"),
    ];

    /// <summary>The earlier tree with the later one merged into it.</summary>
    public ComposeNode Merge(ComposeNode earlier, ComposeNode later, NodePath path)
    {
        switch (RuleOf(path))
        {
            case MergeRule.Replace:
                return later;
            case MergeRule.Lists:
                return new ComposeSequence([.. AsList(earlier), .. AsList(later)]) { Place = later.Place };
            case MergeRule.Hosts:
                List<ComposeNode> hosts = AsList(earlier);
                return new ComposeSequence([.. hosts, .. AsList(later).Where(item => !hosts.Exists(item.SameAs))]) { Place = later.Place };
            case MergeRule.Build:
                return Mappings(AsBuild(earlier), AsBuild(later), path);
            case MergeRule.Dependencies:
                return Mappings(AsNames(earlier, isDependency: true), AsNames(later, isDependency: true), path);
            case MergeRule.Names:
                return Mappings(AsNames(earlier, isDependency: false), AsNames(later, isDependency: false), path);
            case MergeRule.Logging when earlier is ComposeMapping first && later is ComposeMapping second:
                bool sameDriver = first["driver"] is not { } one || second["driver"] is not { } other || one.SameAs(other);
                return sameDriver ? Mappings(first, second, path) : second;
            case MergeRule.Pools when earlier is ComposeSequence first && later is ComposeSequence second:
                return Pools(first, second, path);
        }

        return (earlier, later) switch
        {
            (_, { IsNull: true }) => earlier,
            (ComposeMapping first, ComposeMapping second) => Mappings(first, second, path),
            (ComposeSequence first, ComposeSequence second) => new ComposeSequence([.. first.Items, .. second.Items]) { Place = second.Place },
            (ComposeMapping or ComposeSequence, _) => CannotOverride(earlier, later, path),
            _ => later,
        };
    }

    private static MergeRule? RuleOf(NodePath path)
    {
        foreach ((string[] pattern, MergeRule rule) in s_rules)
        {
            if (path.Matches(pattern))
            {
                return rule;
            }
        }

        return null;
    }

    private ComposeNode CannotOverride(ComposeNode earlier, ComposeNode later, NodePath path)
    {
        faults.Add(path, later, $"cannot override {path}", earlier is ComposeMapping ? "a mapping, as in the earlier file" : "a sequence, as in the earlier file");
        return earlier;
    }

    private ComposeMapping Mappings(ComposeMapping earlier, ComposeMapping later, NodePath path)
    {
        foreach (string key in later.Keys)
        {
            ComposeNode value = later[key]!;
            earlier.Set(key, earlier[key] is { } existing ? Merge(existing, value, path.Key(key)) : value, later.PlaceOf(key));
        }

        return earlier;
    }

    /// <summary>Pools of the same subnet are one.</summary>
    private ComposeSequence Pools(ComposeSequence earlier, ComposeSequence later, NodePath path)
    {
        List<ComposeNode> pools = [.. earlier.Items];
        foreach (ComposeNode pool in later.Items)
        {
            int same = pool is ComposeMapping mapping
                ? pools.FindIndex(one => one is ComposeMapping existing && Subnet(existing) == Subnet(mapping))
                : -1;
            if (same < 0)
            {
                pools.Add(pool);
            }
            else
            {
                pools[same] = Mappings((ComposeMapping)pools[same], (ComposeMapping)pool, path.Element(same));
            }
        }

        return new(pools) { Place = later.Place };
    }

    private static string Subnet(ComposeMapping pool) => (pool["subnet"] as ComposeScalar)?.Text ?? "";

    /// <summary>A mapping as a list of <c>KEY=VALUE</c>.</summary>
    private static List<ComposeNode> AsList(ComposeNode node)
    {
        switch (node)
        {
            case ComposeSequence sequence:
                return [.. sequence.Items];
            case ComposeScalar { Kind: ScalarKind.Text }:
                return [node];
            case ComposeMapping mapping:
                List<ComposeScalar> list = [];
                foreach ((string key, ComposeNode value) in mapping.Entries)
                {
                    IEnumerable<ComposeNode> values = value is ComposeSequence several ? several.Items : [value];
                    list.AddRange(values.Select(one => ComposeScalar.Of(one is ComposeScalar { IsNull: false } scalar ? $"{key}={scalar.Text}" : key, value.Place)));
                }

                return [.. list.OrderBy(item => item.Text, StringComparer.Ordinal)];
            default:
                return [];
        }
    }

    private static ComposeMapping AsBuild(ComposeNode node) => node switch
    {
        ComposeMapping mapping => mapping,
        ComposeScalar { IsNull: false } => new ComposeMapping(("context", node)) { Place = node.Place },
        _ => new ComposeMapping { Place = node.Place },
    };

    private static ComposeMapping AsNames(ComposeNode node, bool isDependency)
    {
        if (node is ComposeMapping mapping)
        {
            return mapping;
        }

        ComposeMapping names = new() { Place = node.Place };
        foreach (ComposeNode item in (node as ComposeSequence)?.Items ?? [])
        {
            if (item is ComposeScalar name)
            {
                names.Set(name.Text, isDependency ? LongForms.Dependency(item.Place) : ComposeScalar.Null(item.Place), item.Place);
            }
        }

        return names;
    }

    private static IEnumerable<(string[] Pattern, MergeRule Rule)> Of(MergeRule rule, params string[] patterns) => patterns.Select(pattern => (pattern.Split('.'), rule));
}
