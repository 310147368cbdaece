using Quai.Bake.Values;

namespace Quai.Bake.Definitions;

/// <summary>The attributes of targets by name: how they are read, and what expressions see of them.</summary>
internal static class TargetAttributes
{
    private static readonly Dictionary<string, Action<TargetDraft, Value>> s_readers = new(StringComparer.Ordinal)
    {
        ["description"] = (target, value) => target.Description = Decoding.Text(value) ?? "",
        ["inherits"] = (target, value) => target.Inherits = Decoding.Texts(value),
        ["annotations"] = (target, value) => target.Annotations = Decoding.Texts(value),
        ["attest"] = (target, value) => target.Attestations = Decoding.Attestations(value),
        ["context"] = (target, value) => target.Context = Decoding.Text(value),
        ["contexts"] = (target, value) => target.Contexts = Decoding.MapOfTexts(value),
        ["dockerfile"] = (target, value) => target.Dockerfile = Decoding.Text(value),
        ["dockerfile-inline"] = (target, value) => target.DockerfileInline = Decoding.Text(value),
        ["args"] = (target, value) => target.Arguments = Decoding.Map(value),
        ["labels"] = (target, value) => target.Labels = Decoding.Map(value),
        ["tags"] = (target, value) => target.Tags = Decoding.Texts(value),
        ["cache-from"] = (target, value) => target.CacheFrom = Decoding.Caches(value),
        ["cache-to"] = (target, value) => target.CacheTo = Decoding.Caches(value),
        ["target"] = (target, value) => target.Stage = Decoding.Text(value),
        ["secret"] = (target, value) => target.Secrets = Decoding.Secrets(value),
        ["ssh"] = (target, value) => target.SshKeys = Decoding.SshKeys(value),
        ["platforms"] = (target, value) => target.Platforms = Decoding.Texts(value),
        ["output"] = (target, value) => target.Outputs = Decoding.Outputs(value),
        ["pull"] = (target, value) => target.Pull = Decoding.Bool(value),
        ["no-cache"] = (target, value) => target.NoCache = Decoding.Bool(value),
        ["network"] = (target, value) => target.Network = Decoding.Text(value),
        ["no-cache-filter"] = (target, value) => target.NoCacheFilter = Decoding.Texts(value),
        ["shm-size"] = (target, value) => target.SharedMemorySize = Decoding.Text(value),
        ["ulimits"] = (target, value) => target.Ulimits = Decoding.Texts(value),
        ["call"] = (target, value) => target.Call = Decoding.Text(value),
        ["entitlements"] = (target, value) => target.Entitlements = Decoding.Texts(value),
        ["extra-hosts"] = (target, value) => target.ExtraHosts = Decoding.Map(value),
    };

    /// <summary>Whether targets have such an attribute.</summary>
    public static bool IsKnown(string name) => s_readers.ContainsKey(name);

    /// <summary>Sets an attribute.</summary>
    public static void Set(TargetDraft target, string name, Value value) => s_readers[name](target, value);

    /// <summary>A target as expressions see it: all attributes, null where nothing was said.</summary>
    public static Value ToValue(TargetDraft target) => Value.Object(new Dictionary<string, Value>
    {
        ["name"] = Value.String(target.Name),
        ["description"] = Value.String(target.Description),
        ["inherits"] = Texts(target.Inherits),
        ["annotations"] = Texts(target.Annotations),
        ["attest"] = List(target.Attestations, one => Entries(one.Attributes, ("type", one.Type), one.IsDisabled ? ("disabled", "true") : null)),
        ["context"] = Text(target.Context),
        ["contexts"] = Map(target.Contexts?.ToDictionary(entry => entry.Key, entry => (string?)entry.Value)),
        ["dockerfile"] = Text(target.Dockerfile),
        ["dockerfile-inline"] = Text(target.DockerfileInline),
        ["args"] = Map(target.Arguments),
        ["labels"] = Map(target.Labels),
        ["tags"] = Texts(target.Tags),
        ["cache-from"] = List(target.CacheFrom, one => Entries(one.Attributes, ("type", one.Type), null)),
        ["cache-to"] = List(target.CacheTo, one => Entries(one.Attributes, ("type", one.Type), null)),
        ["target"] = Text(target.Stage),
        ["secret"] = List(target.Secrets, one => Value.Object([new("id", Value.String(one.Id)), new("src", Value.String(one.Source)), new("env", Value.String(one.Environment))])),
        ["ssh"] = List(target.SshKeys, one => Value.Object([new("id", Value.String(one.Id)), new("paths", Value.List(one.Paths))])),
        ["platforms"] = Texts(target.Platforms),
        ["output"] = List(target.Outputs, one => Entries(one.Attributes, ("type", one.Type), ("dest", one.Destination))),
        ["pull"] = Bool(target.Pull),
        ["no-cache"] = Bool(target.NoCache),
        ["network"] = Text(target.Network),
        ["no-cache-filter"] = Texts(target.NoCacheFilter),
        ["shm-size"] = Text(target.SharedMemorySize),
        ["ulimits"] = Texts(target.Ulimits),
        ["call"] = Text(target.Call),
        ["entitlements"] = Texts(target.Entitlements),
        ["extra-hosts"] = Map(target.ExtraHosts),
    });

    /// <summary>A group as expressions see it.</summary>
    public static Value ToValue(GroupDraft group) => Value.Object(new Dictionary<string, Value>
    {
        ["name"] = Value.String(group.Name),
        ["description"] = Value.String(group.Description),
        ["targets"] = Value.List(group.Targets),
    });

    private static Value Text(string? text) => text is null ? Value.NullOf(HclType.String) : Value.String(text);

    private static Value Bool(bool? value) => value is null ? Value.NullOf(HclType.Bool) : Value.Bool(value.Value);

    private static Value Texts(IReadOnlyList<string>? texts) => texts is null ? Value.NullOf(HclType.List(HclType.String)) : Value.List(texts);

    private static Value Map(IReadOnlyDictionary<string, string?>? map) => map is null
        ? Value.NullOf(HclType.Map(HclType.String))
        : Value.Map(HclType.String, map.Select(entry => KeyValuePair.Create(entry.Key, Text(entry.Value))));

    private static Value List<T>(IReadOnlyList<T>? entries, Func<T, Value> convert)
    {
        Value[] items = [.. (entries ?? []).Select(convert)];
        return items.Length == 0 ? Value.List(HclType.Map(HclType.String), items) : Value.List(items[0].Type, items);
    }

    private static Value Entries(IReadOnlyDictionary<string, string> attributes, (string Key, string Value) first, (string Key, string Value)? second)
    {
        Dictionary<string, Value> entries = attributes.ToDictionary(entry => entry.Key, entry => Value.String(entry.Value));
        entries[first.Key] = Value.String(first.Value);
        if (second is { } other)
        {
            entries[other.Key] = Value.String(other.Value);
        }

        return Value.Map(HclType.String, entries);
    }
}
