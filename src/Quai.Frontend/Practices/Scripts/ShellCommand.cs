namespace Quai.Frontend.Practices.Scripts;

/// <summary>A simple command of a script.</summary>
/// <param name="Words">Its words without quotes, variables as they are written; what is redirected is not among them.</param>
/// <param name="Next">What follows it: <c>&amp;&amp;</c>, <c>|</c>, a line feed and the like; empty for the end.</param>
/// <param name="Depth">How many brackets it is in.</param>
internal sealed record ShellCommand(IReadOnlyList<string> Words, string Next, int Depth)
{
    // What is run by them is what matters. Of sudo, with the options that take a word.
    private static readonly string[] s_wrappers = ["sudo", "env", "exec", "command", "eatmydata", "nice", "time"], s_withWord = ["-u", "-g", "-o", "-t", "-c", "--user", "--target-release", "-i", "--index-url", "--prefix", "-C"];

    private IReadOnlyList<string> Parts { get; } = Unwrap(Words);

    /// <summary>Whether it is run by sudo.</summary>
    public bool IsSudo => Words.SkipWhile(IsAssignment).FirstOrDefault() == "sudo";

    /// <summary>The program's name, without its directory; empty for none.</summary>
    public string Program => Parts.Count == 0 ? "" : Parts[0][(Parts[0].LastIndexOf('/') + 1)..];

    /// <summary>What follows the program.</summary>
    public IEnumerable<string> Arguments => Parts.Skip(1);

    /// <summary>The arguments that are no options, and no words that options take.</summary>
    public IReadOnlyList<string> Operands
    {
        get
        {
            List<string> operands = [];
            bool isTaken = false;
            foreach (string argument in Arguments)
            {
                if (!isTaken && !argument.StartsWith('-'))
                {
                    operands.Add(argument);
                }

                isTaken = !isTaken && s_withWord.Contains(argument);
            }

            return operands;
        }
    }

    /// <summary>Whether it is a program with one of these as its first operand.</summary>
    public bool Is(string program, params ReadOnlySpan<string> verbs) => Program == program && Operands is [var verb, ..] && verbs.Contains(verb);

    /// <summary>The words from the program to its first operand, such as <c>apt-get -q install</c>.</summary>
    public string Call => Operands is [var verb, ..] ? string.Join(' ', Parts.TakeWhile(p => p != verb).Append(verb)) : Program;

    /// <summary>Whether an option is among the arguments, as it is or with a value behind an equals sign.</summary>
    public bool Has(string option) => Arguments.Any(a => a == option || a.StartsWith(option + "=", StringComparison.Ordinal));

    /// <summary>Whether a letter is among the short options.</summary>
    public bool HasLetter(char letter) => Arguments.Any(a => a.Length > 1 && a[0] == '-' && a[1] != '-' && a.Contains(letter));

    /// <summary>Whether a word sets a variable.</summary>
    public static bool IsAssignment(string word)
    {
        int equals = word.IndexOf('=');
        return equals > 0 && !char.IsAsciiDigit(word[0]) && word.Take(equals).All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
    }

    private static List<string> Unwrap(IReadOnlyList<string> words)
    {
        int at = 0;
        while (at < words.Count)
        {
            if (IsAssignment(words[at]))
            {
                at++;
            }
            else if (s_wrappers.Contains(words[at]))
            {
                for (at++; at < words.Count && words[at].StartsWith('-'); at++)
                {
                    at += s_withWord.Contains(words[at]) ? 1 : 0;
                }
            }
            else
            {
                break;
            }
        }

        List<string> parts = [.. words.Skip(at)];

        // python -m pip is pip.
        if (parts is [var python, "-m", _, ..] && python.StartsWith("python", StringComparison.Ordinal))
        {
            parts.RemoveRange(0, 2);
        }

        return parts;
    }
}
