using System.Text;
using System.Text.Json;
using Quai.Templates;

namespace Quai.Cli.Objects;

/// <summary>JSON as Go's encoder writes it: order and numbers are kept; strings are written as Go writes them, whatever escapes the daemon chose.</summary>
internal static class CompactJson
{
    /// <summary>Writes a value.</summary>
    public static string Write(JsonElement element)
    {
        var text = new StringBuilder();
        Append(text, element);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement element)
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
                    Append(text, property.Value);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in element.EnumerateArray())
                {
                    text.Append(first ? "" : ",");
                    first = false;
                    Append(text, item);
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
}
