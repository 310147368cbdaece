using System.Text;

namespace Quai.Bake.Entries;

/// <summary>Fields separated by commas, with quotation marks around those that have commas themselves.</summary>
internal static class Csv
{
    /// <summary>The fields of one line.</summary>
    /// <exception cref="BakeException">Its quotation marks are wrong.</exception>
    public static string[] Fields(string line)
    {
        try
        {
            return ReadRecords(line).FirstOrDefault() ?? throw new BakeException("EOF");
        }
        catch (FormatException e)
        {
            throw new BakeException(e.Message, null, e);
        }
    }

    /// <summary>All records; empty lines are none.</summary>
    /// <exception cref="FormatException">A quotation mark is where none may be.</exception>
    public static List<string[]> ReadRecords(string text)
    {
        List<string[]> records = [];
        int at = 0, line = 1;
        while (at < text.Length)
        {
            if (text[at] == '\n' || (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n'))
            {
                at += text[at] == '\n' ? 1 : 2;
                line++;
                continue;
            }

            records.Add(ReadRecord(text, ref at, ref line));
        }

        return records;
    }

    private static string[] ReadRecord(string text, ref int at, ref int line)
    {
        List<string> fields = [];
        int lineStart = at;
        while (true)
        {
            fields.Add(at < text.Length && text[at] == '"' ? Quoted(text, ref at, ref line, ref lineStart) : Plain(text, ref at, line, lineStart));
            if (at < text.Length && text[at] == ',')
            {
                at++;
                continue;
            }

            at += at < text.Length ? 1 : 0;
            line++;
            return [.. fields];
        }
    }

    private static string Plain(string text, ref int at, int line, int lineStart)
    {
        int start = at;
        while (at < text.Length && text[at] is not (',' or '\n'))
        {
            if (text[at] == '"')
            {
                throw new FormatException($"parse error on line {line}, column {at - lineStart + 1}: bare \" in non-quoted-field");
            }

            at++;
        }

        string field = text[start..at];
        return at < text.Length && text[at] == '\n' ? field.TrimEnd('\r') : field;
    }

    private static string Quoted(string text, ref int at, ref int line, ref int lineStart)
    {
        StringBuilder field = new();
        int quote = at - lineStart;
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                if (text[at] == '\n')
                {
                    line++;
                    lineStart = at + 1;
                }

                field.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                field.Append('"');
                at++;
            }
            else
            {
                at++;
                at += at + 1 < text.Length && text[at] == '\r' && text[at + 1] == '\n' ? 1 : 0;
                return at >= text.Length || text[at] is ',' or '\n'
                    ? field.ToString()
                    : throw new FormatException($"parse error on line {line}, column {at - lineStart}: extraneous or missing \" in quoted-field");
            }
        }

        throw new FormatException($"parse error on line {line}, column {quote + 2}: extraneous or missing \" in quoted-field");
    }
}
