using System.Text.Json;

namespace Quai.Cli.Formatting;

/// <summary>Short ways to read what the daemon sent, where anything may be absent.</summary>
internal static class JsonExtensions
{
    /// <summary>A member; undefined when absent.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>A member that is text; empty when absent.</summary>
    public static string Text(this JsonElement element, string name)
    {
        JsonElement value = element.Member(name);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }

    /// <summary>A member that is a whole number; 0 when absent.</summary>
    public static long Number(this JsonElement element, string name)
    {
        JsonElement value = element.Member(name);
        return value.ValueKind == JsonValueKind.Number ? (value.TryGetInt64(out long n) ? n : (long)value.GetDouble()) : 0;
    }

    /// <summary>The elements of an array; none when it is not one.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : Enumerable.Empty<JsonElement>();
}
