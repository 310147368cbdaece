using Quai.Bake.Definitions;
using Quai.Bake.Plans;

namespace Quai.Bake.Selection;

/// <summary>Makes a plan of the targets and groups that are asked for.</summary>
internal sealed class PlanBuilder(Definition definition, BakeOptions options, Overrides overrides)
{
    private const string Default = "default", EpochArgument = "SOURCE_DATE_EPOCH";
    private const int DeepestInheritance = 500;

    private readonly Dictionary<string, TargetDraft> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BakeGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>The plan.</summary>
    /// <exception cref="BakeException">There is no such target.</exception>
    public BakePlan Build(IReadOnlyList<string> patterns)
    {
        List<string> names = [.. patterns.Select(TargetName.Sanitize).SelectMany(MatchNames).Distinct()];
        foreach (string name in names)
        {
            (IReadOnlyList<string> targets, IReadOnlyList<string> groups) = Expand(name, []);
            foreach (string target in targets.Distinct())
            {
                _targets[target] = ResolveTarget(target);
            }

            foreach (GroupDraft? group in groups.Distinct().Select(definition.Group))
            {
                _groups[group!.Name] = new(group.Name, group.Description, group.Targets);
            }
        }

        BuildDefaultGroup(names);
        foreach (string name in _targets.Keys.Order(StringComparer.Ordinal).ToList())
        {
            LoadLinks(name, _targets[name], []);
        }

        return new(_groups, _targets.ToDictionary(entry => entry.Key, entry => Finish(entry.Key, entry.Value)));
    }

    private void BuildDefaultGroup(List<string> names)
    {
        bool hasDefault = _groups.TryGetValue(Default, out BakeGroup? group);
        List<string> targets = [.. group?.Targets ?? []];
        foreach (string name in names)
        {
            if (name == Default && hasDefault)
            {
                continue;
            }

            hasDefault = true;
            targets.Add(name);
        }

        if (hasDefault)
        {
            _groups[Default] = new(Default, group?.Description ?? "", [.. targets.Distinct().Order(StringComparer.Ordinal)]);
        }
    }

    private IEnumerable<string> MatchNames(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny("*?[]") < 0)
        {
            return [pattern];
        }

        List<string> names = [.. definition.Groups.Select(group => group.Name).Concat(definition.Targets.Select(target => target.Name)).Where(name => GlobPattern.Matches(pattern, name) == true)];
        return names.Count > 0 ? names : throw new BakeException($"could not find any target matching {Entries.Quote.Text(pattern)}");
    }

    /// <summary>The targets of a group, and the groups on the way to them.</summary>
    private (IReadOnlyList<string> Targets, IReadOnlyList<string> Groups) Expand(string name, Dictionary<string, (IReadOnlyList<string>, IReadOnlyList<string>)> visited)
    {
        if (visited.TryGetValue(name, out (IReadOnlyList<string>, IReadOnlyList<string>) before))
        {
            return before;
        }

        if (definition.Group(name) is not { } group)
        {
            return ([name], []);
        }

        visited[name] = ([], []);
        RefuseDepth(visited.Count);
        List<string> targets = [], groups = [name];
        foreach (string member in group.Targets)
        {
            (IReadOnlyList<string> more, IReadOnlyList<string> moreGroups) = Expand(member, visited);
            targets.AddRange(more.Count > 0 ? more : [member]);
            groups.AddRange(moreGroups);
        }

        visited[name] = ([.. targets.Distinct()], [.. groups.Distinct()]);
        return visited[name];
    }

    private TargetDraft ResolveTarget(string name)
    {
        TargetDraft target = Inherited(name, [], 0)!;
        TargetDraft copy = new();
        copy.Merge(target);
        copy.Name = name;
        copy.Inherits = null;
        copy.Context ??= ".";
        copy.Dockerfile = string.IsNullOrEmpty(copy.Dockerfile) ? "Dockerfile" : copy.Dockerfile;
        return copy;
    }

    /// <summary>A target upon those that it inherits from; null within a circle, which ends there.</summary>
    private TargetDraft? Inherited(string name, Dictionary<string, TargetDraft?> visited, int depth)
    {
        if (visited.TryGetValue(name, out TargetDraft? before))
        {
            return before;
        }

        RefuseDepth(depth);
        visited[name] = null;
        TargetDraft own = definition.Target(name) ?? throw new BakeException($"failed to find target {name}");
        TargetDraft result = new();
        foreach (string parent in own.Inherits ?? [])
        {
            if (Inherited(parent, visited, depth + 1) is { } inherited)
            {
                result.Merge(inherited);
            }
        }

        result.Merge(own);
        OverrideApplier.Apply(result, overrides.Of(name));
        result.Normalize();
        visited[name] = result;
        return result;
    }

    /// <summary>Adds the targets whose results a target uses.</summary>
    private void LoadLinks(string name, TargetDraft target, List<string> visited)
    {
        RefuseDepth(visited.Count);
        visited = [.. visited, name];
        foreach (string context in (target.Contexts ?? new Dictionary<string, string>()).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value))
        {
            if (!context.StartsWith("target:", StringComparison.Ordinal))
            {
                continue;
            }

            string other = context["target:".Length..];
            if (other == name)
            {
                throw new BakeException($"target {other} cannot link to itself");
            }

            if (visited.Contains(other))
            {
                throw new BakeException($"infinite loop from {name} to {other}");
            }

            if (!_targets.TryGetValue(other, out TargetDraft? linked))
            {
                linked = ResolveTarget(other);
                linked.Outputs = [new("cacheonly", "", new Dictionary<string, string>())];
                linked.IsLinked = true;
                _targets[other] = linked;
            }

            LoadLinks(other, linked, visited);
            if (linked.Entitlements is { Count: > 0 } entitlements)
            {
                target.Entitlements = [.. (target.Entitlements ?? []).Concat(entitlements).Distinct()];
            }

            if (target.Platforms is { Count: > 1 } platforms && linked.Platforms is { Count: > 1 } others && !platforms.All(others.Contains))
            {
                throw new BakeException($"target {other} can't be used by {name} because its platforms [{string.Join(' ', platforms)}] are not a subset of [{string.Join(' ', others)}]");
            }
        }
    }

    private static void RefuseDepth(int depth)
    {
        if (depth > DeepestInheritance)
        {
            throw new BakeException("targets refer to each other through too many others");
        }
    }

    private BakeTarget Finish(string name, TargetDraft draft)
    {
        BuildInputs.Check(draft);
        Dictionary<string, string> arguments = WithValues(draft.Arguments);
        if (!arguments.ContainsKey(EpochArgument) && options.Environment.TryGetValue(EpochArgument, out string? epoch) && epoch.Length > 0)
        {
            arguments[EpochArgument] = epoch;
        }

        return new()
        {
            Name = name,
            Description = draft.Description,
            Annotations = draft.Annotations ?? [],
            Attestations = draft.Attestations ?? [],
            Context = options.Remote.Length > 0 && draft.Context == "." ? options.Remote : BuildInputs.CleanContext(draft.Context!),
            IsContextRemote = options.Remote.Length > 0 && draft.Context != "." && !BuildInputs.IsHere(draft.Context!),
            Contexts = draft.Contexts ?? new Dictionary<string, string>(),
            Dockerfile = draft.Dockerfile!,
            DockerfileInline = draft.DockerfileInline,
            Arguments = arguments,
            Labels = WithValues(draft.Labels),
            Tags = draft.Tags ?? [],
            CacheFrom = draft.CacheFrom ?? [],
            CacheTo = draft.CacheTo ?? [],
            Stage = draft.Stage,
            Secrets = draft.Secrets ?? [],
            SshKeys = draft.SshKeys ?? [],
            Platforms = draft.Platforms ?? [],
            Outputs = draft.Outputs ?? [],
            Pull = draft.Pull,
            NoCache = draft.NoCache,
            Network = draft.Network,
            NoCacheFilter = draft.NoCacheFilter ?? [],
            SharedMemorySize = draft.SharedMemorySize,
            Ulimits = draft.Ulimits ?? [],
            Call = draft.Call,
            Entitlements = draft.Entitlements ?? [],
            ExtraHosts = WithValues(draft.ExtraHosts),
            IsLinked = draft.IsLinked,
        };
    }

    private static Dictionary<string, string> WithValues(IReadOnlyDictionary<string, string?>? map) =>
        (map ?? new Dictionary<string, string?>()).Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!);
}
