using System.Text;

namespace Quai.Dockerfiles.Syntax;

/// <summary>Takes the options off the beginning of an instruction: words that begin with two dashes. Quotes go, and so does a <c>--</c> that ends them.</summary>
internal static class FlagReader
{
    /// <summary>The options, and what follows them.</summary>
    public static (List<string> Flags, string After) Read(string line)
    {
        List<string> flags = [];
        for (int at = 0; ;)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            if (at == line.Length)
            {
                return (flags, "");
            }

            if (!line.AsSpan(at).StartsWith("--"))
            {
                return (flags, line[at..]);
            }

            (string word, bool quoted) = Word(line, ref at);
            if (word == "--")
            {
                return (flags, line[at..].TrimStart());
            }

            if (word.Length > 0 || quoted)
            {
                flags.Add(word);
            }
        }
    }

    private static (string Word, bool Quoted) Word(string line, ref int at)
    {
        var word = new StringBuilder();
        char quote = '\0';
        bool quoted = false;
        for (; at < line.Length; at++)
        {
            char c = line[at];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                break;
            }

            if (quote == '\0' && c is '\'' or '"')
            {
                (quote, quoted) = (c, true);
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else if (c == '\\')
            {
                if (at + 1 < line.Length)
                {
                    word.Append(line[++at]);
                }
            }
            else
            {
                word.Append(c);
            }
        }

        return (word.ToString(), quoted);
    }
}
