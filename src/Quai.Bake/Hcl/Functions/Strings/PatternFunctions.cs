using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Functions of regular expressions. Matching takes linear time, whatever the pattern.</summary>
internal static class PatternFunctions
{
    private const int LongestPattern = 2000;

    public static void AddTo(FunctionTable table)
    {
        table.Add("regex", "pattern:string string:string", a => First(a[0].AsString, a[1].AsString));
        table.Add("regexall", "pattern:string string:string", a => All(a[0].AsString, a[1].AsString));
        table.Add("regex_replace", "str:string pattern:string replace:string", a => Replace(a[0].AsString, a[1].AsString, a[2].AsString));
    }

    private static Value First(string pattern, string text)
    {
        Regex regex = Compile(pattern, 0);
        Match match = regex.Match(text);
        return match.Success ? Captured(regex, match) : throw new FunctionException("pattern did not match any part of the given string");
    }

    private static Value All(string pattern, string text)
    {
        Regex regex = Compile(pattern, 0);
        List<Value> all = [.. regex.Matches(text).Select(match => Captured(regex, match))];
        return Value.List(all.Count > 0 ? all[0].Type : HclType.String, all);
    }

    /// <summary>The groups that a match captured; the match itself where there are none.</summary>
    private static Value Captured(Regex regex, Match match)
    {
        string[] names = [.. regex.GetGroupNames().Skip(1)];
        if (names.Length == 0)
        {
            return Value.String(match.Value);
        }

        bool hasNames = names.Any(name => !char.IsAsciiDigit(name[0]));
        if (hasNames && names.Any(name => char.IsAsciiDigit(name[0])))
        {
            throw new FunctionException("invalid regexp pattern: cannot mix both named and unnamed capture groups", 0);
        }

        return hasNames
            ? Value.Object(names.Select(name => KeyValuePair.Create(name, Captured(match.Groups[name]))))
            : Value.Tuple(names.Select(name => Captured(match.Groups[name])));
    }

    private static Value Captured(Group group) => group.Success ? Value.String(group.Value) : Value.NullOf(HclType.String);

    private static Value Replace(string text, string pattern, string replacement)
    {
        Regex regex = Compile(pattern, 1);
        StringBuilder result = new();
        int at = 0;
        foreach (Match match in regex.Matches(text))
        {
            result.Append(text, at, match.Index - at);
            Expand(replacement, match, result);
            Limits.Checked(result.Length / 8);
            at = match.Index + match.Length;
        }

        return Value.String(result.Append(text, at, text.Length - at).ToString());
    }

    /// <summary>Appends a replacement with <c>$name</c> and <c>${name}</c> replaced by what was captured.</summary>
    private static void Expand(string replacement, Match match, StringBuilder result)
    {
        for (int i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] != '$' || i + 1 >= replacement.Length)
            {
                result.Append(replacement[i]);
                continue;
            }

            bool braces = replacement[i + 1] == '{';
            int start = i + (braces ? 2 : 1), end = start;
            while (end < replacement.Length && (char.IsAsciiLetterOrDigit(replacement[end]) || replacement[end] == '_'))
            {
                end++;
            }

            if (replacement[i + 1] == '$')
            {
                result.Append('$');
                i++;
            }
            else if (end == start || (braces && (end >= replacement.Length || replacement[end] != '}')))
            {
                result.Append('$');
            }
            else
            {
                string name = replacement[start..end];
                result.Append(int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? match.Groups[number].Value : match.Groups[name].Value);
                i = braces ? end : end - 1;
            }
        }
    }

    private static Regex Compile(string pattern, int argument)
    {
        if (pattern.Length > LongestPattern)
        {
            throw new FunctionException("invalid regexp pattern: expression too large", argument);
        }

        try
        {
            return new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or InsufficientExecutionStackException)
        {
            throw new FunctionException($"invalid regexp pattern: {Describe(e, pattern)}", argument);
        }
    }

    private static string Describe(Exception error, string pattern) => (error as RegexParseException)?.Error switch
    {
        RegexParseError.InsufficientClosingParentheses => $"missing closing ) in {pattern}",
        RegexParseError.InsufficientOpeningParentheses => $"unexpected ) in {pattern}",
        RegexParseError.UnterminatedBracket => $"missing closing ] in {pattern[Math.Max(pattern.LastIndexOf('['), 0)..]}",
        RegexParseError.QuantifierAfterNothing => $"missing argument to repetition operator in {pattern.FirstOrDefault(c => c is '*' or '+' or '?')}",
        RegexParseError.UnescapedEndingBackslash => "trailing backslash at end of expression in ",
        RegexParseError.ReversedCharacterRange => $"invalid character class range in {pattern}",
        null => "not supported",
        _ => $"invalid or unsupported syntax in {pattern}",
    };

    /// <summary>The pattern in .NET's syntax: named groups, POSIX classes, quoted text and the end of text are written otherwise.</summary>
    private static string Translate(string pattern)
    {
        StringBuilder result = new(pattern.Length + 16);
        for (int i = 0; i < pattern.Length; i++)
        {
            if (At(pattern, i, "(?P<"))
            {
                result.Append("(?<");
                i += 3;
            }
            else if (At(pattern, i, "[[:") || At(pattern, i, "[:"))
            {
                int end = pattern.IndexOf(":]", i, StringComparison.Ordinal);
                int start = i + (pattern[i + 1] == '[' ? 3 : 2);
                string? set = end > start ? PosixClass(pattern[start..end]) : null;
                if (set is null)
                {
                    result.Append(pattern[i]);
                    continue;
                }

                result.Append(pattern[i + 1] == '[' ? "[" : "").Append(set);
                i = end + 1;
            }
            else if (At(pattern, i, @"\Q"))
            {
                int end = pattern.IndexOf(@"\E", i, StringComparison.Ordinal);
                result.Append(Regex.Escape(pattern[(i + 2)..(end < 0 ? pattern.Length : end)]));
                i = end < 0 ? pattern.Length : end + 1;
            }
            else if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                result.Append(pattern[i + 1] switch
                {
                    // Ascii only, as these classes are there.
                    'd' => "[0-9]",
                    'w' when !InClass(result) => "[0-9A-Za-z_]",
                    'w' => "0-9A-Za-z_",
                    _ => pattern.Substring(i, 2),
                });
                if (pattern[i + 1] == 'd' && InClass(result, 5))
                {
                    result.Length -= 5;
                    result.Append("0-9");
                }

                i++;
            }
            else
            {
                // An end of text is one also before a final end of line elsewhere.
                result.Append(pattern[i] == '$' && !InClass(result) && !pattern.Contains("(?m", StringComparison.Ordinal) ? @"\z" : pattern[i]);
            }
        }

        return result.ToString();
    }

    private static bool InClass(StringBuilder text, int without = 0)
    {
        bool inClass = false;
        for (int i = 0; i < text.Length - without; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else
            {
                inClass = inClass ? text[i] != ']' : text[i] == '[';
            }
        }

        return inClass;
    }

    private static bool At(string text, int at, string part) => string.CompareOrdinal(text, at, part, 0, part.Length) == 0;

    private static string? PosixClass(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => @"\x00-\x7F",
        "blank" => @"\t ",
        "cntrl" => @"\x00-\x1F\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => @"!-/:-@\[-`{-~",
        "space" => @"\t\n\v\f\r ",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => null,
    };
}
