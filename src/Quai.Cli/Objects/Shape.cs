using System.Text;
using System.Text.Json;
using Quai.Cli.Formatting;
using Quai.Templates;

namespace Quai.Cli.Objects;

/// <summary>
/// What Go's client knows of an object's type, so that templates print and test it alike: a field that is absent has
/// its zero value, a null list prints <c>[]</c>, a struct prints its fields in order.
/// Written as a small language: <c>s</c> text, <c>t</c> moment, <c>i</c> number, <c>b</c> truth, <c>[T]</c> list, <c>{T}</c> map,
/// <c>&lt;Key&gt;T</c> map with keys of another type, <c>*T</c> pointer, <c>?</c> anything, and names of structs.
/// </summary>
internal sealed class Shapes
{
    private readonly Dictionary<string, (string Field, string Json, string Type)[]> _structs = new(StringComparer.Ordinal);

    /// <summary>Reads definitions, one struct a line: <c>Name Field:type Field=JsonName:type …</c>.</summary>
    public Shapes(string definitions)
    {
        foreach (string line in definitions.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            _structs[words[0]] = [.. words.Skip(1).Select(Field)];
        }
    }

    /// <summary>A JSON value seen as a type.</summary>
    public object? View(JsonElement element, string type) => View(element, type, pointer: false);

    private static (string Field, string Json, string Type) Field(string word)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        string name = word[..colon];
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (name, name, word[(colon + 1)..]) : (name[..equals], name[(equals + 1)..], word[(colon + 1)..]);
    }

    private object? View(JsonElement element, string type, bool pointer)
    {
        bool absent = element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        switch (type[0])
        {
            case 't':
                return new Time(element.ValueKind == JsonValueKind.String ? element.GetString()! : "0001-01-01T00:00:00Z");
            case 's':
                return absent ? "" : element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
            case 'i':
                return absent ? 0L : JsonValues.From(element);
            case 'b':
                return element.ValueKind == JsonValueKind.True;
            case '?':
                return JsonValues.From(element);
            case '*':
                return absent ? new GoNil("*" + type[1..]) : View(element, type[1..], pointer: true);
            case '[':
                string item = type[1..^1];
                return new GoList(absent ? [] : [.. element.Items().Select(e => View(e, item, pointer: false))], "[]" + item) { IsNil = absent, Json = Raw(element) };
            case '{':
                return Map(element, type[1..^1], null);
            case '<':
                int end = type.IndexOf('>', StringComparison.Ordinal);
                return Map(element, type[(end + 1)..], type[1..end]);
            default:
                return new Struct(this, element, type, pointer);
        }
    }

    private GoMap Map(JsonElement element, string item, string? key)
    {
        bool absent = element.ValueKind != JsonValueKind.Object;
        var entries = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (!absent)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                entries[property.Name] = View(property.Value, item, pointer: false);
            }
        }

        return new GoMap(entries, $"map[{key ?? "string"}]{item}") { IsNil = absent, KeyTypeName = key, Zero = View(default, item, pointer: false), Json = Raw(element) };
    }

    private static string? Raw(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : Compact(element);

    /// <summary>JSON as Go's encoder writes it.</summary>
    internal static string Compact(JsonElement element)
    {
        var text = new StringBuilder();
        Compact(text, element);
        return text.ToString();
    }

    /// <summary>Order and numbers stay as sent; strings are written as Go writes them, whatever escapes the daemon chose.</summary>
    private static void Compact(StringBuilder text, JsonElement element)
    {
        bool first = true;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    text.Append(first ? "" : ",");
                    first = false;
                    GoJson.AppendString(text, property.Name, escapeHtml: false);
                    text.Append(':');
                    Compact(text, property.Value);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in element.EnumerateArray())
                {
                    text.Append(first ? "" : ",");
                    first = false;
                    Compact(text, item);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                GoJson.AppendString(text, element.GetString()!, escapeHtml: false);
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    /// <summary>A moment, printed as Go prints one.</summary>
    private sealed class Time(string text) : IGoStruct
    {
        public string TypeName => "time.Time";

        public string? Printed => Units.Moment(text);

        public string? Json => GoJson.Write(text);

        public IEnumerable<KeyValuePair<string, object?>> Fields => [];

        public bool TryGetField(string name, out object? value)
        {
            value = name == "Unix" ? Units.ParseTime(text).ToUnixTimeSeconds() : null;
            return name == "Unix";
        }
    }

    private sealed class Struct(Shapes shapes, JsonElement element, string type, bool pointer) : IGoStruct
    {
        public string TypeName => pointer ? "*" + type : type;

        public bool IsPointer => pointer;

        public string? Json => element.ValueKind == JsonValueKind.Undefined ? null : type is "Image" or "ImageConfig" ? Composed() : Compact(element);

        public string? Printed => type == "Ulimit" ? $"{element.Text("Name")}={element.Number("Soft")}:{element.Number("Hard")}" : null;

        public IEnumerable<KeyValuePair<string, object?>> Fields =>
            shapes._structs[type].Select(f => new KeyValuePair<string, object?>(f.Field, shapes.View(element.Member(f.Json), f.Type)));

        /// <summary>An image's configuration leaves out what is empty, whatever the daemon sent.</summary>
        private string Composed()
        {
            var text = new StringBuilder("{");
            foreach ((string field, string json, string fieldType) in shapes._structs[type])
            {
                JsonElement member = element.Member(json);
                bool empty = member.ValueKind is JsonValueKind.Null or JsonValueKind.False
                    || (member.ValueKind == JsonValueKind.String && member.GetString()!.Length == 0)
                    || (member.ValueKind == JsonValueKind.Array && member.GetArrayLength() == 0)
                    || (member.ValueKind == JsonValueKind.Object && !member.EnumerateObject().Any());
                if (member.ValueKind == JsonValueKind.Undefined || (type == "ImageConfig" && empty))
                {
                    continue;
                }

                text.Append(text.Length == 1 ? "" : ",");
                GoJson.AppendString(text, json, escapeHtml: false);
                text.Append(':').Append(GoJson.Write(shapes.View(member, fieldType)));
            }

            return text.Append('}').ToString();
        }

        public bool TryGetField(string name, out object? value)
        {
            foreach ((string field, string json, string fieldType) in shapes._structs[type])
            {
                if (field == name)
                {
                    value = shapes.View(element.Member(json), fieldType);
                    return true;
                }
            }

            value = null;
            return false;
        }
    }
}
