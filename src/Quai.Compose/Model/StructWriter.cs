using System.Globalization;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>Writes the members of the model to a tree, in the order of the reference implementation's and leaving out what it leaves out.</summary>
/// <param name="json">Whether the tree is for JSON, which has no extensions.</param>
internal sealed class StructWriter(bool json)
{
    private readonly ComposeMapping _tree = new();

    public ComposeMapping Done() => _tree;

    public StructWriter Text(string key, string value) => value.Length > 0 ? TextAlways(key, value) : this;

    public StructWriter TextAlways(string key, string value) => Set(key, ComposeScalar.Of(value));

    public StructWriter Flag(string key, bool value) => value ? FlagAlways(key, value) : this;

    public StructWriter FlagAlways(string key, bool value) => Set(key, ComposeScalar.Of(value));

    public StructWriter FlagOrNull(string key, bool? value) => value is { } known ? FlagAlways(key, known) : this;

    public StructWriter Number(string key, long value) => value != 0 ? NumberAlways(key, value) : this;

    public StructWriter NumberAlways(string key, long value) => Set(key, ComposeScalar.Of(value));

    public StructWriter NumberOrNull(string key, long? value) => value is { } known ? NumberAlways(key, known) : this;

    public StructWriter Real(string key, float value) => value != 0 ? Set(key, ComposeScalar.Of(value)) : this;

    public StructWriter Bytes(string key, long value) => value != 0 ? BytesAlways(key, value) : this;

    public StructWriter BytesAlways(string key, long value) => TextAlways(key, value.ToString(CultureInfo.InvariantCulture));

    public StructWriter DurationOrNull(string key, GoDuration? value) => value is { } known ? TextAlways(key, known.ToString()) : this;

    public StructWriter Duration(string key, GoDuration value) => value.Nanoseconds != 0 ? TextAlways(key, value.ToString()) : this;

    public StructWriter Texts(string key, IReadOnlyList<string> value) => value.Count > 0 ? Set(key, List(value)) : this;

    /// <summary>In JSON, a command that is not given is null: one that is empty is another thing.</summary>
    public StructWriter Command(string key, IReadOnlyList<string>? value) => value is not null ? Set(key, List(value)) : json ? Set(key, ComposeScalar.Null()) : this;

    public StructWriter TextMap(string key, IReadOnlyDictionary<string, string> value) =>
        value.Count > 0 ? Set(key, Map(value.Select(entry => (entry.Key, (ComposeNode)ComposeScalar.Of(entry.Value))))) : this;

    public StructWriter NullableTextMap(string key, IReadOnlyDictionary<string, string?> value) =>
        value.Count > 0 ? Set(key, Map(value.Select(entry => (entry.Key, (ComposeNode)(entry.Value is { } text ? ComposeScalar.Of(text) : ComposeScalar.Null()))))) : this;

    public StructWriter OptionMap(string key, IReadOnlyDictionary<string, IReadOnlyList<string>> value) =>
        value.Count > 0 ? Set(key, Map(value.Select(entry => (entry.Key, (ComposeNode)List(entry.Value))))) : this;

    public StructWriter Hosts(string key, IReadOnlyDictionary<string, IReadOnlyList<string>> value) =>
        value.Count > 0 ? Set(key, List([.. value.SelectMany(host => host.Value.Select(ip => $"{host.Key}={ip}")).Order(StringComparer.Ordinal)])) : this;

    /// <summary>The reference implementation writes keys so that YAML takes them for text, and that JSON cannot have.</summary>
    public StructWriter SshKeys(string key, IReadOnlyDictionary<string, string> value) =>
        value.Count > 0 ? Set(key, List([.. value.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value.Length == 0 ? one.Key : $"{one.Key}{(json ? "=" : ": ")}{one.Value}")])) : this;

    public StructWriter Mode(string key, long? value) => value is { } mode ? TextAlways(key, "0" + Convert.ToString(mode, 8)) : this;

    public StructWriter One(string key, ComposeMapping? value) => value is not null ? Set(key, value) : this;

    /// <summary>A part that is always there: YAML leaves it out where it is empty.</summary>
    public StructWriter Value(string key, ComposeMapping value) => json || value.Count > 0 ? Set(key, value) : this;

    public StructWriter Many<T>(string key, IReadOnlyList<T> value, Func<T, ComposeNode> write) =>
        value.Count > 0 ? Set(key, new ComposeSequence(value.Select(write))) : this;

    public StructWriter Named<T>(string key, IReadOnlyDictionary<string, T?> value, Func<T, ComposeNode> write)
        where T : class => value.Count > 0 ? Set(key, Map(value.Select(entry => (entry.Key, entry.Value is { } one ? write(one) : ComposeScalar.Null())))) : this;

    public StructWriter Extensions(IReadOnlyDictionary<string, ComposeNode> value)
    {
        if (json)
        {
            return this;
        }

        foreach ((string key, ComposeNode node) in value.OrderBy(entry => entry.Key, KeyOrder.Instance))
        {
            Set(key, Sorted(node));
        }

        return this;
    }

    /// <summary>A tree whose mappings have their keys in the order in which they are printed.</summary>
    internal ComposeNode Sorted(ComposeNode node) => node switch
    {
        ComposeMapping mapping => Map(mapping.Entries.Select(entry => (entry.Key, Sorted(entry.Value)))),
        // What is empty is nil to Go, which is null in JSON.
        ComposeSequence { Items.Count: 0 } when json => ComposeScalar.Null(),
        ComposeSequence sequence => new ComposeSequence(sequence.Items.Select(Sorted)),
        _ => node,
    };

    private StructWriter Set(string key, ComposeNode value)
    {
        _tree[key] = value;
        return this;
    }

    private ComposeMapping Map(IEnumerable<(string Key, ComposeNode Value)> entries) =>
        new(entries.OrderBy(entry => entry.Key, json ? StringComparer.Ordinal : KeyOrder.Instance));

    private static ComposeSequence List(IReadOnlyList<string> items) => new(items.Select(item => ComposeScalar.Of(item)));
}
