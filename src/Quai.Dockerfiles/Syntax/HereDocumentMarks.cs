using System.Globalization;
using System.Text;

namespace Quai.Dockerfiles.Syntax;

/// <summary>Finds where a line says that here-documents follow it: words such as <c>&lt;&lt;EOF</c>, <c>3&lt;&lt;-"EOF"</c>.</summary>
internal static class HereDocumentMarks
{
    private const string Mark = "<<";

    /// <summary>The here-documents that follow a line, without their content.</summary>
    public static List<HereDocument> Find(string line)
    {
        List<HereDocument> found = [];
        if (!line.Contains(Mark, StringComparison.Ordinal))
        {
            return found;
        }

        foreach (string word in WordSplitter.Split(line, '\\'))
        {
            if (Read(word) is { } document)
            {
                found.Add(document);
            }
        }

        return found;
    }

    /// <summary>Reads one word; null where it is no mark.</summary>
    public static HereDocument? Read(string word)
    {
        int mark = word.IndexOf(Mark, StringComparison.Ordinal);
        int descriptor = 0;
        if (mark < 0 || word.AsSpan(mark + Mark.Length).Contains('<')
            || (mark > 0 && !int.TryParse(word.AsSpan(0, mark), NumberStyles.None, CultureInfo.InvariantCulture, out descriptor)))
        {
            return null;
        }

        string rest = word[(mark + Mark.Length)..];
        bool strips = rest.StartsWith('-');
        rest = strips ? rest[1..] : rest;
        string name = Unquoted(rest);
        return name.Length == 0 ? null : new HereDocument(name, "", Expands: name == rest, strips, descriptor);
    }

    private static string Unquoted(string text)
    {
        var plain = new StringBuilder(text.Length);
        char quote = '\0';
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else if (c == '\\' && quote != '\'' && at + 1 < text.Length)
            {
                plain.Append(text[++at]);
            }
            else
            {
                plain.Append(c);
            }
        }

        return plain.ToString();
    }
}
