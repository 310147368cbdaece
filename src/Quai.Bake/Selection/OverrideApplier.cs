using Quai.Bake.Definitions;
using Quai.Bake.Entries;
using Quai.Bake.Plans;

namespace Quai.Bake.Selection;

/// <summary>Applies changes to a target.</summary>
internal static class OverrideApplier
{
    /// <summary>Applies them in order.</summary>
    /// <exception cref="BakeException">A value is wrong, or there is no such key.</exception>
    public static void Apply(TargetDraft target, IReadOnlyList<Override> overrides)
    {
        foreach (Override one in overrides)
        {
            string[] keys = one.Key.Split('.', 2);
            Apply(target, one, keys[0], keys.Length > 1 ? keys[1] : null);
        }
    }

    private static void Apply(TargetDraft target, Override one, string key, string? name)
    {
        switch (key)
        {
            case "context":
                target.Context = one.Value;
                break;
            case "dockerfile":
                target.Dockerfile = one.Value;
                break;
            case "args":
                target.Arguments = With(target.Arguments, name, one.Value, "args", "<name>=<value>");
                break;
            case "contexts":
                target.Contexts = With(target.Contexts?.ToDictionary(entry => entry.Key, entry => (string?)entry.Value), name, one.Value, "contexts", "<name>=<value>")
                    .ToDictionary(entry => entry.Key, entry => entry.Value!);
                break;
            case "labels":
                target.Labels = With(target.Labels, name, one.Value, "labels", "<name>=<value>");
                break;
            case "extra-hosts":
                target.ExtraHosts = With(target.ExtraHosts, name, one.Value, "extra-hosts", "<hostname>=<ip>");
                break;
            case "tags":
                target.Tags = Values(target.Tags, one);
                break;
            case "platform":
                target.Platforms = Values(target.Platforms, one);
                break;
            case "no-cache-filter":
                target.NoCacheFilter = Values(target.NoCacheFilter, one);
                break;
            case "ulimits":
                target.Ulimits = Values(target.Ulimits, one);
                break;
            case "annotations":
                target.Annotations = [.. target.Annotations ?? [], .. one.Values];
                break;
            case "entitlements":
                target.Entitlements = [.. target.Entitlements ?? [], .. one.Values];
                break;
            case "target":
                target.Stage = one.Value;
                break;
            case "call":
                target.Call = one.Value;
                break;
            case "shm-size":
                target.SharedMemorySize = one.Value;
                break;
            case "network":
                target.Network = one.Value;
                break;
            case "no-cache":
                target.NoCache = Bool(key, one.Value);
                break;
            case "pull":
                target.Pull = Bool(key, one.Value);
                break;
            default:
                ApplyEntries(target, one, key);
                break;
        }
    }

    private static void ApplyEntries(TargetDraft target, Override one, string key)
    {
        switch (key)
        {
            case "cache-from":
                target.CacheFrom = Entries(target.CacheFrom, one, [.. EntryReader.Caches(one.Values)]);
                break;
            case "cache-to":
                target.CacheTo = Entries(target.CacheTo, one, [.. EntryReader.Caches(one.Values)]);
                break;
            case "secrets":
                target.Secrets = Entries(target.Secrets, one, Read(one, EntryReader.Secret, "outputs"));
                break;
            case "ssh":
                target.SshKeys = Entries(target.SshKeys, one, Read(one, EntryReader.Ssh, "outputs"));
                break;
            case "output":
                target.Outputs = Entries(target.Outputs, one, Read(one, EntryReader.Output, "outputs"));
                break;
            case "attest":
                target.Attestations = EntryLists.OfEachType([.. target.Attestations ?? [], .. Read(one, EntryReader.Attestation, "attest")]);
                break;
            case "push":
                target.Outputs = Outputs.WithPush(target.Outputs ?? [], Bool(key, one.Value));
                break;
            case "load":
                target.Outputs = Bool(key, one.Value) ? Outputs.WithLoad(target.Outputs ?? []) : target.Outputs;
                break;
            default:
                throw new BakeException($"unknown key: {key}");
        }
    }

    private static bool Bool(string key, string value) =>
        GoBool.Parse(value) ?? throw new BakeException($"invalid value {value} for boolean key {key}");

    private static List<string> Values(IReadOnlyList<string>? before, Override one) => one.Appends ? [.. before ?? [], .. one.Values] : one.Values;

    private static List<T> Entries<T>(IReadOnlyList<T>? before, Override one, IReadOnlyList<T> entries)
        where T : class => one.Appends ? EntryLists.WithoutDuplicates([.. before ?? [], .. entries]) : [.. entries];

    private static List<T> Read<T>(Override one, Func<string, T> read, string what)
    {
        try
        {
            return [.. one.Values.Where(value => value.Length > 0).Select(read)];
        }
        catch (BakeException e)
        {
            throw new BakeException($"invalid value for {what}: {e.Message}", null, e);
        }
    }

    private static Dictionary<string, string?> With(IReadOnlyDictionary<string, string?>? before, string? name, string value, string key, string form) =>
        new(before ?? new Dictionary<string, string?>())
        {
            [name ?? throw new BakeException($"invalid format for {key}, expecting {key}.{form}")] = value,
        };
}
