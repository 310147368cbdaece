using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Quai.Bake.Printing;

/// <summary>JSON strings as Docker's programs write them.</summary>
internal static class GoJson
{
    /// <summary>A string in quotes; what is special in HTML is escaped, too.</summary>
    public static string Quote(string text)
    {
        StringBuilder quoted = new();
        Quote(text, quoted);
        return quoted.ToString();
    }

    /// <summary>Appends a string in quotes.</summary>
    public static void Quote(string text, StringBuilder to)
    {
        to.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                to.Append(c).Append(text[++i]);
                continue;
            }

            _ = c switch
            {
                '"' => to.Append("\\\""),
                '\\' => to.Append("\\\\"),
                '\n' => to.Append("\\n"),
                '\r' => to.Append("\\r"),
                '\t' => to.Append("\\t"),
                '\b' => to.Append("\\b"),
                '\f' => to.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => to.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => char.IsSurrogate(c) ? to.Append('\uFFFD') : to.Append(c),
            };
        }

        to.Append('"');
    }

    /// <summary>The text of a JSON string; halves of surrogate pairs, which .NET refuses, become replacement characters.</summary>
    public static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }
}
