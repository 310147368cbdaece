using System.Text;

namespace Quai.Compose.Interpolation;

/// <summary>A variable in a text.</summary>
/// <param name="Name">Its name; empty where what follows the dollar sign is malformed.</param>
/// <param name="Operator">What follows the name: <c>-</c>, <c>+</c>, <c>?</c>, or nothing, <c>\0</c>.</param>
/// <param name="EmptyIsUnset">Whether a colon stands before it.</param>
/// <param name="Word">What follows the operator.</param>
internal readonly record struct TemplatePart(string Name, char Operator, bool EmptyIsUnset, string Word)
{
    /// <summary>The next variable of a text; null where there is none. What stands before it is appended.</summary>
    public static TemplatePart? Next(string text, ref int at, StringBuilder before)
    {
        while (at < text.Length)
        {
            if (text[at] != '$')
            {
                before.Append(text[at++]);
                continue;
            }

            at++;
            if (at < text.Length && text[at] == '$')
            {
                before.Append('$');
                at++;
                continue;
            }

            if (at < text.Length && text[at] == '{')
            {
                int end = Closing(text, at);
                string content = end < 0 ? "" : text[(at + 1)..end];
                at = end < 0 ? text.Length : end + 1;
                return Braced(content);
            }

            string name = TakeName(text, at);
            if (name.Length == 0)
            {
                before.Append('$');
                continue;
            }

            at += name.Length;
            return new(name, '\0', false, "");
        }

        return null;
    }

    private static TemplatePart Braced(string content)
    {
        string name = TakeName(content, 0);
        string rest = content[name.Length..];
        bool colon = rest.StartsWith(':');
        rest = colon ? rest[1..] : rest;
        return rest.Length == 0
            ? new(colon ? "" : name, '\0', false, "")
            : rest[0] is '-' or '+' or '?' ? new(name, rest[0], colon, rest[1..]) : new("", '\0', false, "");
    }

    /// <summary>Where the brace is that closes the one at a place; those of variables within count, others do not.</summary>
    private static int Closing(string text, int open)
    {
        int depth = 1;
        for (int i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '}' && --depth == 0)
            {
                return i;
            }

            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                depth++;
                i++;
            }
        }

        return -1;
    }

    private static string TakeName(string text, int start)
    {
        int at = start;
        while (at < text.Length && (text[at] == '_' || char.IsAsciiLetter(text[at]) || (at > start && char.IsAsciiDigit(text[at]))))
        {
            at++;
        }

        return text[start..at];
    }
}
