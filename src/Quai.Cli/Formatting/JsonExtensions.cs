using System.Text.Json;

namespace Quai.Cli.Formatting;

/// <summary>Shorthands for reading what the daemon sent, where anything may be absent.</summary>
internal static class JsonExtensions
{
    /// <summary>A member; undefined when absent.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>A string member; empty when absent.</summary>
    public static string Text(this JsonElement element, string name)
    {
        JsonElement value = element.Member(name);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }

    /// <summary>An integer member; 0 when absent.</summary>
    public static long Number(this JsonElement element, string name)
    {
        JsonElement value = element.Member(name);
        return value.ValueKind == JsonValueKind.Number ? (value.TryGetInt64(out long n) ? n : (long)value.GetDouble()) : 0;
    }

    /// <summary>The elements of an array; none if it is not one.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : Enumerable.Empty<JsonElement>();
}
