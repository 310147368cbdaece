using Quai.Bake.Entries;
using Quai.Bake.Hcl.Functions;
using Quai.Bake.Plans;
using Quai.Bake.Values;

namespace Quai.Bake.Definitions;

/// <summary>Reads the values of attributes as what they mean.</summary>
internal static class Decoding
{
    private static readonly HclType s_strings = HclType.List(HclType.String), s_map = HclType.Map(HclType.String);

    private static readonly HclType s_secret = HclType.Object(Strings("id", "src", "env"), new HashSet<string> { "id", "src", "env" });

    private static readonly HclType s_ssh = HclType.Object([.. Strings("id"), new("paths", s_strings)], new HashSet<string> { "id", "paths" });

    /// <summary>A text or null.</summary>
    public static string? Text(Value value) => Convert(value, HclType.String) is { IsNull: false } text ? text.AsString : null;

    /// <summary>A truth value or null.</summary>
    public static bool? Bool(Value value) => Convert(value, HclType.Bool) is { IsNull: false } one ? one.AsBool : null;

    /// <summary>Texts.</summary>
    public static IReadOnlyList<string>? Texts(Value value) => Convert(value, s_strings) is { IsNull: false } list
        ? [.. list.Items.Select(item => item.IsNull ? throw Unsuitable("string is required") : item.AsString)]
        : null;

    /// <summary>Texts by name, some null.</summary>
    public static IReadOnlyDictionary<string, string?>? Map(Value value) => Convert(value, s_map) is { IsNull: false } map
        ? map.AsMap.ToDictionary(entry => entry.Key, entry => entry.Value.IsNull ? null : entry.Value.AsString)
        : null;

    /// <summary>Texts by name.</summary>
    public static IReadOnlyDictionary<string, string>? MapOfTexts(Value value) => Convert(value, s_map) is { IsNull: false } map
        ? map.AsMap.ToDictionary(entry => entry.Key, entry => entry.Value.IsNull ? throw Unsuitable("string is required") : entry.Value.AsString)
        : null;

    /// <summary>Caches.</summary>
    public static IReadOnlyList<BakeCacheEntry>? Caches(Value value) => List(value, s_map, EntryReader.Cache, item =>
    {
        (string type, _, Dictionary<string, string> attributes) = Typed(item, null);
        return type.Length > 0 ? new BakeCacheEntry(type, attributes) : throw Unsuitable($"type required form> {Quote.Text(ValueJson.Write(item))}");
    });

    /// <summary>Outputs.</summary>
    public static IReadOnlyList<BakeOutput>? Outputs(Value value) => List(value, s_map, EntryReader.Output, item =>
    {
        (string type, string destination, Dictionary<string, string> attributes) = Typed(item, "dest");
        return type.Length > 0 ? new BakeOutput(type, destination, attributes) : throw Unsuitable("type is required for output");
    });

    /// <summary>Attestations.</summary>
    public static IReadOnlyList<BakeAttestation>? Attestations(Value value) => List(value, s_map, EntryReader.Attestation, item =>
    {
        (string type, string disabled, Dictionary<string, string> attributes) = Typed(item, "disabled");
        return new BakeAttestation(type, disabled.Length > 0 && (GoBool.Parse(disabled) ?? throw Unsuitable(GoBool.Failure(disabled))), attributes);
    });

    /// <summary>Secrets.</summary>
    public static IReadOnlyList<BakeSecret>? Secrets(Value value) => List(value, s_secret, EntryReader.Secret, item =>
    {
        SortedDictionary<string, Value> entry = Convert(item, s_secret).AsMap;
        return new BakeSecret(TextOf(entry["id"]), TextOf(entry["src"]), TextOf(entry["env"]));
    });

    /// <summary>SSH agents and keys.</summary>
    public static IReadOnlyList<BakeSshKey>? SshKeys(Value value) => List(value, s_ssh, EntryReader.Ssh, item =>
    {
        SortedDictionary<string, Value> entry = Convert(item, s_ssh).AsMap;
        return new BakeSshKey(TextOf(entry["id"]), entry["paths"].IsNull ? [] : Texts(entry["paths"])!);
    });

    private static List<T>? List<T>(Value value, HclType element, Func<string, T> fromText, Func<Value, T> fromObject)
    {
        if (!value.IsKnown)
        {
            throw Unsuitable("value must be known");
        }

        if (value.IsNull)
        {
            return null;
        }

        if (value.Type.Kind is not (TypeKind.Tuple or TypeKind.List))
        {
            throw Unsuitable($"list of {element.FriendlyNameAsConstraint} required");
        }

        List<T> result = [];
        foreach (Value item in value.Items)
        {
            if (!item.IsWhollyKnown)
            {
                throw Unsuitable("value must be known");
            }

            if (item.Type.Kind == TypeKind.String)
            {
                if (!item.IsNull && item.AsString.Length > 0)
                {
                    result.Add(fromText(item.AsString));
                }
            }
            else if (!item.IsNull)
            {
                result.Add(fromObject(item));
            }
        }

        return result;
    }

    private static (string Type, string Other, Dictionary<string, string> Attributes) Typed(Value item, string? otherName)
    {
        Dictionary<string, string> attributes = Convert(item, s_map).AsMap
            .Select(entry => entry.Value.IsNull ? throw Unsuitable("string is required") : KeyValuePair.Create(entry.Key, entry.Value.AsString))
            .ToDictionary();
        attributes.Remove("type", out string? type);
        string? other = null;
        if (otherName is not null)
        {
            attributes.Remove(otherName, out other);
        }

        return (type ?? "", other ?? "", attributes);
    }

    private static string TextOf(Value value) => value.IsNull ? "" : value.AsString;

    private static Value Convert(Value value, HclType type)
    {
        Value? converted = Conversion.Convert(value, type, out string? wrong);
        return converted is null ? throw Unsuitable(wrong!) : converted.IsWhollyKnown ? converted : throw Unsuitable("value must be known");
    }

    private static FunctionException Unsuitable(string why) => new(why);

    private static KeyValuePair<string, HclType>[] Strings(params string[] names) => [.. names.Select(name => KeyValuePair.Create(name, HclType.String))];
}
