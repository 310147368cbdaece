using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Quai.Compose.Yaml;

namespace Quai.Compose.Printing;

/// <summary>Texts in YAML as go-yaml writes them: plain where that is read back as the same text, else in the quotation marks that it prefers.</summary>
internal static partial class ScalarText
{
    /// <summary>Writes a text whose continuation lines have an indentation.</summary>
    public static void Write(StringBuilder to, string text, int indent, bool isKey)
    {
        Traits traits = Traits.Of(text);
        if (text.Contains('\n', StringComparison.Ordinal))
        {
            if (isKey || !traits.MayBeBlock)
            {
                DoubleQuoted(to, text);
            }
            else
            {
                Literal(to, text, indent);
            }

            return;
        }

        if (!MeansText(text))
        {
            DoubleQuoted(to, text);
        }
        else if (text.Length > 0 && traits.MayBePlain)
        {
            to.Append(text);
        }
        else if (traits.MayBeSingleQuoted)
        {
            to.Append('\'').Append(text.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
        }
        else
        {
            DoubleQuoted(to, text);
        }
    }

    /// <summary>Whether a plain word would be read as this text, by any version of YAML.</summary>
    private static bool MeansText(string text) =>
        ScalarReader.Read(text, null).Kind == ScalarKind.Text
        && text is not ("y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF")
        && !Base60Pattern().IsMatch(text);

    private static void Literal(StringBuilder to, string text, int indent)
    {
        to.Append('|');
        if (text[0] is ' ' or '\n')
        {
            to.Append('2');
        }

        if (!text.EndsWith('\n'))
        {
            to.Append('-');
        }
        else if (text.Length == 1 || text[^2] == '\n')
        {
            to.Append('+');
        }

        string[] lines = text.Split('\n');
        int count = text.EndsWith('\n') ? lines.Length - 1 : lines.Length;
        for (int i = 0; i < count; i++)
        {
            to.Append('\n');
            if (lines[i].Length > 0)
            {
                to.Append(' ', indent).Append(lines[i]);
            }
        }
    }

    private static void DoubleQuoted(StringBuilder to, string text)
    {
        to.Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            int value = rune.Value;
            if (value is not ('"' or '\\' or 0xFEFF) && IsPrintable(value) && !IsBreak(value))
            {
                to.Append(rune.ToString());
                continue;
            }

            string? escaped = value switch
            {
                0 => "\\0",
                7 => "\\a",
                8 => "\\b",
                9 => "\\t",
                10 => "\\n",
                11 => "\\v",
                12 => "\\f",
                13 => "\\r",
                27 => "\\e",
                '"' => "\\\"",
                '\\' => "\\\\",
                0x85 => "\\N",
                0xA0 => "\\_",
                0x2028 => "\\L",
                0x2029 => "\\P",
                _ => null,
            };
            to.Append(escaped ?? (value <= 0xFF ? "\\x" + value.ToString("X2", CultureInfo.InvariantCulture)
                : value <= 0xFFFF ? "\\u" + value.ToString("X4", CultureInfo.InvariantCulture)
                : "\\U" + value.ToString("X8", CultureInfo.InvariantCulture)));
        }

        to.Append('"');
    }

    // go-yaml escapes what is beyond the basic plane.
    private static bool IsPrintable(int c) => c is 0x0A or (>= 0x20 and <= 0x7E) or (>= 0xA0 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD and not 0xFEFF);

    private static bool IsBreak(int c) => c is '\r' or '\n' or 0x85 or 0x2028 or 0x2029;

    [GeneratedRegex("^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?$")]
    private static partial Regex Base60Pattern();

    /// <summary>How a text may be written.</summary>
    private readonly record struct Traits(bool MayBePlain, bool MayBeSingleQuoted, bool MayBeBlock)
    {
        public static Traits Of(string text)
        {
            if (text.Length == 0)
            {
                return new(false, true, false);
            }

            bool indicators = text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal);
            bool special = false, hasTab = false, spaceBreak = false, breakSpace = false;
            bool afterSpace = true, wasSpace = false, wasBreak = false;
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                bool beforeSpace = i + 1 >= text.Length || text[i + 1] is ' ' or '\t' || IsBreak(text[i + 1]);
                indicators |= i == 0
                    ? c is '#' or ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' || (c is '?' or ':' or '-' && beforeSpace)
                    : (c == ':' && beforeSpace) || (c == '#' && afterSpace);
                hasTab |= c == '\t';
                special |= c != '\t' && !IsPrintable(c);
                if (c == ' ')
                {
                    breakSpace |= wasBreak;
                    (wasSpace, wasBreak) = (true, false);
                }
                else if (IsBreak(c))
                {
                    spaceBreak |= wasSpace;
                    (wasSpace, wasBreak) = (false, true);
                }
                else
                {
                    (wasSpace, wasBreak) = (false, false);
                }

                afterSpace = c is ' ' or '\t' || IsBreak(c);
            }

            bool outerSpace = text[0] == ' ' || text[^1] == ' ', outerBreak = IsBreak(text[0]) || IsBreak(text[^1]);
            bool hasBreak = text.Any(c => IsBreak(c));
            return new(
                MayBePlain: !indicators && !special && !hasTab && !outerSpace && !outerBreak && !hasBreak,
                MayBeSingleQuoted: !special && !hasTab && !spaceBreak && !hasBreak,
                MayBeBlock: !special && !spaceBreak && text[^1] != ' ');
        }
    }
}
