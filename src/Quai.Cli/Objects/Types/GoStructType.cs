using System.Text;
using System.Text.Json;
using Quai.Cli.Formatting;
using Quai.Templates;

namespace Quai.Cli.Objects.Types;

/// <summary>How a struct is written as JSON.</summary>
internal enum GoStructWriting
{
    /// <summary>As the daemon sent it.</summary>
    AsSent,

    /// <summary>Field by field, as far as the daemon sent them.</summary>
    Composed,

    /// <summary>Field by field; empty ones are left out, whatever the daemon sent.</summary>
    ComposedWithoutEmpty,
}

/// <summary>A Go struct.</summary>
/// <param name="name">Its name.</param>
/// <param name="fields">Its fields, in the order in which Go prints them.</param>
internal sealed class GoStructType(string name, params GoField[] fields) : GoType(name)
{
    /// <summary>How it is written as JSON.</summary>
    public GoStructWriting Writing { get; init; }

    /// <summary>What its own String method prints; null for its fields in braces.</summary>
    public Func<JsonElement, string>? Print { get; init; }

    /// <inheritdoc/>
    public override object View(JsonElement json, bool pointer = false) => new Value(this, json, pointer);

    private static bool IsEmpty(JsonElement member) => member.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => member.GetString()!.Length == 0,
        JsonValueKind.Array => member.GetArrayLength() == 0,
        JsonValueKind.Object => !member.EnumerateObject().Any(),
        _ => false,
    };

    private string Compose(JsonElement json)
    {
        var text = new StringBuilder("{");
        foreach (GoField field in fields)
        {
            JsonElement member = json.Member(field.Json);
            if (member.ValueKind == JsonValueKind.Undefined || (Writing == GoStructWriting.ComposedWithoutEmpty && IsEmpty(member)))
            {
                continue;
            }

            text.Append(text.Length == 1 ? "" : ",");
            GoJson.AppendString(text, field.Json, escapeHtml: false);
            text.Append(':').Append(GoJson.Write(field.Type.View(member)));
        }

        return text.Append('}').ToString();
    }

    private sealed class Value(GoStructType type, JsonElement json, bool pointer) : IGoStruct
    {
        public string TypeName => pointer ? "*" + type.Name : type.Name;

        public bool IsPointer => pointer;

        public string? Json =>
            json.ValueKind == JsonValueKind.Undefined ? null
            : type.Writing == GoStructWriting.AsSent ? CompactJson.Write(json)
            : type.Compose(json);

        public string? Printed => type.Print?.Invoke(json);

        public IEnumerable<KeyValuePair<string, object?>> Fields => type.FieldsOf(json);

        public bool TryGetField(string name, out object? value) => type.TryGetField(json, name, out value);
    }

    private IEnumerable<KeyValuePair<string, object?>> FieldsOf(JsonElement json) =>
        fields.Select(f => new KeyValuePair<string, object?>(f.Name, f.Type.View(json.Member(f.Json))));

    private bool TryGetField(JsonElement json, string name, out object? value)
    {
        GoField? field = Array.Find(fields, f => f.Name == name);
        value = field?.Type.View(json.Member(field.Json));
        return field is not null;
    }
}
