using System.Text.Json;
using Quai.Cli.Formatting;
using Quai.Templates;

namespace Quai.Cli.Objects;

/// <summary>JSON seen as a struct whose fields are its members: accessing an unknown one is an error that names its type.</summary>
internal sealed class TypedJson : IGoStruct
{
    private readonly JsonElement _json;

    private TypedJson(JsonElement json, string typeName)
    {
        _json = json;
        TypeName = typeName;
    }

    /// <inheritdoc/>
    public string TypeName { get; }

    /// <inheritdoc/>
    public string? Json => CompactJson.Write(_json);

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, object?>> Fields => _json.EnumerateObject().Select(p => new KeyValuePair<string, object?>(p.Name, Wrap(p.Value)));

    /// <summary>The text of a JSON object as a value of the named type.</summary>
    public static IGoStruct View(string json, string typeName) => View(JsonDocument.Parse(json).RootElement, typeName);

    /// <summary>A JSON object as a value of the named type.</summary>
    public static IGoStruct View(JsonElement json, string typeName) => new TypedJson(json, typeName);

    /// <inheritdoc/>
    public bool TryGetField(string name, out object? value)
    {
        bool found = _json.TryGetProperty(name, out JsonElement member);
        value = found ? Wrap(member) : null;
        return found;
    }

    private static object? Wrap(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new TypedJson(element, "struct"),
        JsonValueKind.Array => new GoList([.. element.EnumerateArray().Select(Wrap)], "[]struct") { Json = CompactJson.Write(element) },
        _ => JsonValues.From(element),
    };
}
