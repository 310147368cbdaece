using Quai.Bake.Entries;
using Quai.Bake.Plans;

namespace Quai.Bake.Definitions;

/// <summary>A target while it is put together. Null means that nothing was said.</summary>
internal sealed class TargetDraft
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public IReadOnlyList<string>? Inherits { get; set; }

    public IReadOnlyList<string>? Annotations { get; set; }

    public IReadOnlyList<BakeAttestation>? Attestations { get; set; }

    public string? Context { get; set; }

    public IReadOnlyDictionary<string, string>? Contexts { get; set; }

    public string? Dockerfile { get; set; }

    public string? DockerfileInline { get; set; }

    public IReadOnlyDictionary<string, string?>? Arguments { get; set; }

    public IReadOnlyDictionary<string, string?>? Labels { get; set; }

    public IReadOnlyList<string>? Tags { get; set; }

    public IReadOnlyList<BakeCacheEntry>? CacheFrom { get; set; }

    public IReadOnlyList<BakeCacheEntry>? CacheTo { get; set; }

    public string? Stage { get; set; }

    public IReadOnlyList<BakeSecret>? Secrets { get; set; }

    public IReadOnlyList<BakeSshKey>? SshKeys { get; set; }

    public IReadOnlyList<string>? Platforms { get; set; }

    public IReadOnlyList<BakeOutput>? Outputs { get; set; }

    public bool? Pull { get; set; }

    public bool? NoCache { get; set; }

    public string? Network { get; set; }

    public IReadOnlyList<string>? NoCacheFilter { get; set; }

    public string? SharedMemorySize { get; set; }

    public IReadOnlyList<string>? Ulimits { get; set; }

    public string? Call { get; set; }

    public IReadOnlyList<string>? Entitlements { get; set; }

    public IReadOnlyDictionary<string, string?>? ExtraHosts { get; set; }

    /// <summary>Whether it is built only because others use its result.</summary>
    public bool IsLinked { get; set; }

    /// <summary>Takes over what another says: single values and some lists replace, the other lists and all maps add.</summary>
    public void Merge(TargetDraft other)
    {
        Context = other.Context ?? Context;
        Dockerfile = other.Dockerfile ?? Dockerfile;
        DockerfileInline = other.DockerfileInline ?? DockerfileInline;
        Arguments = WithValues(Arguments, other.Arguments);
        Contexts = Merged(Contexts, other.Contexts);
        Labels = WithValues(Labels, other.Labels);
        Tags = other.Tags ?? Tags;
        Stage = other.Stage ?? Stage;
        Call = other.Call ?? Call;
        Annotations = Joined(Annotations, other.Annotations);
        Attestations = other.Attestations is null ? Attestations : EntryLists.OfEachType(Joined(Attestations, other.Attestations)!);
        Secrets = Joined(Secrets, other.Secrets, EntryLists.WithoutDuplicates);
        SshKeys = Joined(SshKeys, other.SshKeys, EntryLists.WithoutDuplicates);
        Platforms = other.Platforms ?? Platforms;
        CacheFrom = Joined(CacheFrom, other.CacheFrom, EntryLists.WithoutDuplicates);
        CacheTo = other.CacheTo ?? CacheTo;
        Outputs = other.Outputs ?? Outputs;
        Pull = other.Pull ?? Pull;
        NoCache = other.NoCache ?? NoCache;
        Network = other.Network ?? Network;
        NoCacheFilter = Joined(NoCacheFilter, other.NoCacheFilter);
        SharedMemorySize = other.SharedMemorySize ?? SharedMemorySize;
        Ulimits = Joined(Ulimits, other.Ulimits);
        Description = other.Description.Length > 0 ? other.Description : Description;
        Entitlements = Joined(Entitlements, other.Entitlements);
        ExtraHosts = WithValues(ExtraHosts, other.ExtraHosts);
        Inherits = Joined(Inherits, other.Inherits);
    }

    /// <summary>Removes what occurs twice or is empty; a host's network is a privilege.</summary>
    public void Normalize()
    {
        Annotations = Distinct(Annotations);
        Attestations = Attestations is null ? null : EntryLists.OfEachType(Attestations);
        Tags = Distinct(Tags);
        Secrets = Secrets is null ? null : EntryLists.WithoutDuplicates(Secrets);
        SshKeys = SshKeys is null ? null : EntryLists.WithoutDuplicates(SshKeys);
        Platforms = Distinct(Platforms);
        CacheFrom = CacheFrom is null ? null : EntryLists.WithoutDuplicates(CacheFrom);
        CacheTo = CacheTo is null ? null : EntryLists.WithoutDuplicates(CacheTo);
        Outputs = Outputs is null ? null : EntryLists.WithoutDuplicates(Outputs);
        NoCacheFilter = Distinct(NoCacheFilter);
        Ulimits = Distinct(Ulimits);
        Entitlements = Distinct(Network == "host" ? Joined(Entitlements, ["network.host"]) : Entitlements);
        Contexts = Contexts?.Where(entry => entry.Value.Length > 0).ToDictionary();
    }

    private static List<string>? Distinct(IReadOnlyList<string>? texts) => texts is null ? null : EntryLists.Texts(texts);

    private static IReadOnlyList<T>? Joined<T>(IReadOnlyList<T>? first, IReadOnlyList<T>? second, Func<IEnumerable<T>, List<T>>? distinct = null) =>
        second is null ? first : distinct is null ? [.. first ?? [], .. second] : distinct([.. first ?? [], .. second]);

    private static IReadOnlyDictionary<string, string>? Merged(IReadOnlyDictionary<string, string>? first, IReadOnlyDictionary<string, string>? second)
    {
        if (second is null || second.Count == 0)
        {
            return first;
        }

        Dictionary<string, string> merged = first is null ? [] : new(first);
        foreach ((string key, string value) in second)
        {
            merged[key] = value;
        }

        return merged;
    }

    /// <summary>Nulls leave what was said before.</summary>
    private static IReadOnlyDictionary<string, string?>? WithValues(IReadOnlyDictionary<string, string?>? first, IReadOnlyDictionary<string, string?>? second)
    {
        if (second is null || !second.Any(entry => entry.Value is not null))
        {
            return first;
        }

        Dictionary<string, string?> merged = first is null ? [] : new(first);
        foreach ((string key, string? value) in second)
        {
            if (value is not null)
            {
                merged[key] = value;
            }
        }

        return merged;
    }
}
