using System.Text.Json;
using Quai.Cli.Formatting;
using Quai.Templates;

namespace Quai.Cli.Objects.Types;

/// <summary>
/// What Go's client knows about a value's type, so that templates print and test it alike: an absent field has its zero value, a null list prints
/// <c>[]</c>, a struct prints its fields in order.
/// </summary>
/// <param name="name">Go's name.</param>
internal abstract class GoType(string name)
{
    /// <summary>A string.</summary>
    public static GoType Text { get; } = new Plain("string", (json, absent) => absent ? "" : json.ValueKind == JsonValueKind.String ? json.GetString() : json.GetRawText());

    /// <summary>An integer.</summary>
    public static GoType Number { get; } = new Plain("int64", (json, absent) => absent ? 0L : JsonValues.From(json));

    /// <summary>A boolean.</summary>
    public static GoType Truth { get; } = new Plain("bool", (json, _) => json.ValueKind == JsonValueKind.True);

    /// <summary>A time, printed as Go prints one.</summary>
    public static GoType Moment { get; } = new Plain("time.Time", (json, _) => new GoMoment(json.ValueKind == JsonValueKind.String ? json.GetString()! : "0001-01-01T00:00:00Z"));

    /// <summary>Any JSON value.</summary>
    public static GoType Anything { get; } = new Plain("any", (json, _) => JsonValues.From(json));

    /// <summary>Go's name.</summary>
    public string Name { get; } = name;

    /// <summary>A pointer to this type.</summary>
    public GoType Pointer => new PointerType(this);

    /// <summary>A list of this type.</summary>
    public GoType List => new ListType(this);

    /// <summary>A map from strings to this type.</summary>
    public GoType Map => new MapType(this, null);

    /// <summary>A map from another key type to this one.</summary>
    public GoType MapBy(string key) => new MapType(this, key);

    /// <summary>A JSON value, or nothing, seen as this type.</summary>
    /// <param name="json">The value.</param>
    /// <param name="pointer">Whether it is a pointer's target.</param>
    public abstract object? View(JsonElement json, bool pointer = false);

    private static bool IsAbsent(JsonElement json) => json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    private static string? Written(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? null : CompactJson.Write(json);

    private sealed class Plain(string name, Func<JsonElement, bool, object?> view) : GoType(name)
    {
        public override object? View(JsonElement json, bool pointer) => view(json, IsAbsent(json));
    }

    private sealed class PointerType(GoType target) : GoType("*" + target.Name)
    {
        public override object? View(JsonElement json, bool pointer) => IsAbsent(json) ? new GoNil(Name) : target.View(json, pointer: true);
    }

    private sealed class ListType(GoType item) : GoType("[]" + item.Name)
    {
        public override object? View(JsonElement json, bool pointer) => new GoList(IsAbsent(json) ? [] : [.. json.Items().Select(e => item.View(e))], Name)
        {
            IsNil = IsAbsent(json), Json = Written(json),
        };
    }

    private sealed class MapType(GoType item, string? key) : GoType($"map[{key ?? "string"}]{item.Name}")
    {
        public override object? View(JsonElement json, bool pointer)
        {
            bool absent = json.ValueKind != JsonValueKind.Object;
            var entries = new Dictionary<string, object?>(StringComparer.Ordinal);
            if (!absent)
            {
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    entries[property.Name] = item.View(property.Value);
                }
            }

            return new GoMap(entries, Name) { IsNil = absent, KeyTypeName = key, Zero = item.View(default), Json = Written(json) };
        }
    }
}
