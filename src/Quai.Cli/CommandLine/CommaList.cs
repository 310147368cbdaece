using System.Text;

namespace Quai.Cli.CommandLine;

/// <summary>A value of several texts with commas between, as a line of CSV: <c>a,"b,c"</c>.</summary>
internal static class CommaList
{
    /// <summary>The texts; none for an empty value.</summary>
    /// <exception cref="FlagValueException">A quote is out of place.</exception>
    public static List<string> Parse(string text)
    {
        var fields = new List<string>();
        for (int at = 0; text.Length > 0 && at <= text.Length; at++)
        {
            fields.Add(at < text.Length && text[at] == '"' ? Quoted(text, ref at) : Bare(text, ref at));
        }

        return fields;
    }

    /// <summary>Reads up to a comma, which <paramref name="at"/> is left on.</summary>
    private static string Bare(string text, ref int at)
    {
        int end = text.IndexOf(',', at);
        end = end < 0 ? text.Length : end;
        string field = text[at..end];
        int quote = field.IndexOf('"', StringComparison.Ordinal);
        if (quote >= 0)
        {
            throw Wrong(text, at + quote, "bare \" in non-quoted-field");
        }

        at = end;
        return field;
    }

    private static string Quoted(string text, ref int at)
    {
        var field = new StringBuilder();
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] != '"')
            {
                field.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (i + 1 == text.Length || text[i + 1] == ',')
            {
                at = i + 1;
                return field.ToString();
            }
            else
            {
                throw Wrong(text, i, "extraneous or missing \" in quoted-field");
            }
        }

        throw Wrong(text, text.Length, "extraneous or missing \" in quoted-field");
    }

    /// <summary>Columns count bytes, from one.</summary>
    private static FlagValueException Wrong(string text, int at, string what) => new($"parse error on line 1, column {Encoding.UTF8.GetByteCount(text.AsSpan(0, at)) + 1}: {what}");
}
