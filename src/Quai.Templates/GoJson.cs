using System.Globalization;
using System.Text;

namespace Quai.Templates;

/// <summary>Values as Go's <c>encoding/json</c> writes them: maps sorted, no spaces, HTML characters escaped on demand.</summary>
public static class GoJson
{
    /// <summary>Writes <paramref name="value"/> as JSON.</summary>
    /// <param name="value">Any template value.</param>
    /// <param name="escapeHtml">Whether <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> are written as <c>\u003c</c> and so on.</param>
    public static string Write(object? value, bool escapeHtml = false)
    {
        var text = new StringBuilder();
        Append(text, value, escapeHtml);
        return text.ToString();
    }

    /// <summary>Writes one string with its quotes.</summary>
    /// <param name="text">Where to write.</param>
    /// <param name="value">The string.</param>
    /// <param name="escapeHtml">As for <see cref="Write"/>.</param>
    public static void AppendString(StringBuilder text, string value, bool escapeHtml)
    {
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case '<' or '>' or '&' when escapeHtml:
                case < ' ' or '\u2028' or '\u2029':
                    text.Append("\\u").Append(((int)c).ToString("x4"));
                    break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }

    private static void Append(StringBuilder text, object? value, bool escapeHtml)
    {
        switch (value)
        {
            case null or GoNil or GoList { IsNil: true } or GoMap { IsNil: true }:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case int or long:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case double real:
                text.Append(GoText.ShowJsonFloat(real));
                break;
            case GoNumber number:
                text.Append(number.Text);
                break;
            case string plain:
                AppendString(text, plain, escapeHtml);
                break;
            case GoList { Json: { } json }:
                text.Append(json);
                break;
            case GoMap { Json: { } json }:
                text.Append(json);
                break;
            case IGoStruct { Json: { } json }:
                text.Append(json);
                break;
            case GoList list:
                text.Append('[');
                for (int i = 0; i < list.Items.Count; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    Append(text, list.Items[i], escapeHtml);
                }

                text.Append(']');
                break;
            case GoMap map:
                Members(text, map.SortedKeys.Select(k => new KeyValuePair<string, object?>(k, map.Entries[k])), escapeHtml);
                break;
            case IGoStruct structure:
                Members(text, structure.Fields, escapeHtml);
                break;
            default:
                AppendString(text, value.ToString() ?? "", escapeHtml);
                break;
        }
    }

    private static void Members(StringBuilder text, IEnumerable<KeyValuePair<string, object?>> members, bool escapeHtml)
    {
        text.Append('{');
        bool first = true;
        foreach ((string name, object? value) in members)
        {
            text.Append(first ? "" : ",");
            first = false;
            AppendString(text, name, escapeHtml);
            text.Append(':');
            Append(text, value, escapeHtml);
        }

        text.Append('}');
    }
}
