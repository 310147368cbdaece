using System.Text.Json;

namespace Quai.Templates;

/// <summary>Template values made of JSON without a known type, as Go decodes into <c>interface {}</c>.</summary>
public static class JsonValues
{
    /// <summary>The value of a JSON element.</summary>
    public static object? From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Map(element),
        JsonValueKind.Array => new GoList([.. element.EnumerateArray().Select(From)]),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out long whole) ? whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static GoMap Map(JsonElement element)
    {
        var entries = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            entries[property.Name] = From(property.Value);
        }

        return new GoMap(entries);
    }
}
