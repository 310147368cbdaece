using System.Text.Json;

namespace Quai.Templates;

/// <summary>Template values built from JSON without a known type, as Go decodes into <c>interface {}</c>.</summary>
public static class JsonValues
{
    /// <summary>The value of a JSON element.</summary>
    /// <param name="element">The element.</param>
    /// <param name="keepNumbers">Keep numbers as their original text, as <see cref="GoNumber"/>.</param>
    public static object? From(JsonElement element, bool keepNumbers = false) => element.ValueKind switch
    {
        JsonValueKind.Object => Map(element, keepNumbers),
        JsonValueKind.Array => new GoList([.. element.EnumerateArray().Select(e => From(e, keepNumbers))]),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => keepNumbers ? new GoNumber(element.GetRawText()) : element.TryGetInt64(out long whole) ? (object)whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static GoMap Map(JsonElement element, bool keepNumbers)
    {
        var entries = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            entries[property.Name] = From(property.Value, keepNumbers);
        }

        return new GoMap(entries);
    }
}
