using System.Globalization;
using System.Text;
using Quai.Compose.Yaml;

namespace Quai.Compose.Printing;

/// <summary>JSON as Go's <c>encoding/json</c> writes it.</summary>
internal static class JsonText
{
    /// <summary>Without any space, as it is hashed.</summary>
    public static string Compact(ComposeNode node) => Write(node, isIndented: false);

    /// <summary>With an indentation of two.</summary>
    public static string Indented(ComposeNode node) => Write(node, isIndented: true);

    private static string Write(ComposeNode node, bool isIndented)
    {
        StringBuilder text = new();
        Write(text, node, isIndented ? 0 : -1);
        return text.ToString();
    }

    private static void Write(StringBuilder to, ComposeNode node, int level)
    {
        switch (node)
        {
            case ComposeMapping mapping:
                Group(to, '{', '}', mapping.Entries, level, (entry, next) =>
                {
                    Quote(to, entry.Key);
                    to.Append(level < 0 ? ":" : ": ");
                    Write(to, entry.Value, next);
                });
                break;
            case ComposeSequence sequence:
                Group(to, '[', ']', sequence.Items, level, (item, next) => Write(to, item, next));
                break;
            case ComposeScalar scalar:
                Scalar(to, scalar);
                break;
        }
    }

    private static void Group<T>(StringBuilder to, char open, char close, IReadOnlyCollection<T> items, int level, Action<T, int> write)
    {
        to.Append(open);
        int next = level < 0 ? -1 : level + 1;
        bool first = true;
        foreach (T item in items)
        {
            if (!first)
            {
                to.Append(',');
            }

            first = false;
            Line(to, next);
            write(item, next);
        }

        if (!first)
        {
            Line(to, level);
        }

        to.Append(close);
    }

    private static void Line(StringBuilder to, int level)
    {
        if (level >= 0)
        {
            to.Append('\n').Append(' ', level * 2);
        }
    }

    private static void Scalar(StringBuilder to, ComposeScalar scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                to.Append("null");
                break;
            case ScalarKind.Float when !double.IsFinite(scalar.Float):
                throw new ComposeException(new ComposeFault($"json: unsupported value: {scalar.Text}") { Place = scalar.Place, Value = scalar.Text, Expected = "a number that JSON has" });
            case ScalarKind.Float:
                to.Append(GoNumber.Json(scalar.Float));
                break;
            case ScalarKind.Text or ScalarKind.Timestamp:
                Quote(to, scalar.Text);
                break;
            default:
                to.Append(scalar.Text);
                break;
        }
    }

    private static void Quote(StringBuilder to, string text)
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
}
