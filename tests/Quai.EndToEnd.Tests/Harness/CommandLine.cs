using System.Text;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>Splits a command line into words as a shell does, quotes only: no variables, no globs.</summary>
public static class CommandLine
{
    /// <summary>The words of a line. Single quotes keep everything, double quotes let <c>\"</c> and <c>\\</c> through.</summary>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool inWord = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '\'')
            {
                int end = line.IndexOf('\'', i + 1);
                word.Append(line, i + 1, end - i - 1);
                i = end;
                inWord = true;
            }
            else if (c == '"')
            {
                inWord = true;
                for (i++; line[i] != '"'; i++)
                {
                    if (line[i] == '\\' && line[i + 1] is '"' or '\\')
                    {
                        i++;
                    }

                    word.Append(line[i]);
                }
            }
            else if (char.IsWhiteSpace(c))
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
