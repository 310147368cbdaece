using System.Text;

namespace Quai.Dockerfiles.Syntax;

/// <summary>Splits a line into words at white space that is neither quoted nor escaped. Quotes and escapes stay: they are read when variables are expanded.</summary>
internal static class WordSplitter
{
    /// <summary>The words of a line.</summary>
    public static List<string> Split(string line, char escape)
    {
        List<string> words = [];
        var word = new StringBuilder();
        bool begun = false;
        for (int at = 0; at < line.Length; at++)
        {
            char c = line[at];
            if (char.IsWhiteSpace(c))
            {
                End();
                continue;
            }

            if (c == escape)
            {
                // One at the very end escapes nothing.
                if (at + 1 < line.Length)
                {
                    word.Append(c).Append(line[++at]);
                }

                continue;
            }

            word.Append(c);
            if (c is '\'' or '"')
            {
                begun = true;
                at = Quoted(line, at + 1, c, escape, word);
            }
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0 || begun)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            begun = false;
        }
    }

    /// <summary>Takes what is quoted, its closing quote with it. Returns where that is.</summary>
    private static int Quoted(string line, int at, char quote, char escape, StringBuilder word)
    {
        for (; at < line.Length; at++)
        {
            char c = line[at];

            // Nothing is escaped between single quotes.
            if (c == escape && quote != '\'')
            {
                if (at + 1 == line.Length)
                {
                    return at;
                }

                word.Append(c).Append(line[++at]);
                continue;
            }

            word.Append(c);
            if (c == quote)
            {
                return at;
            }
        }

        return at;
    }
}
