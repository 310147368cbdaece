using System.Text;

namespace Quai.Dockerfiles.Words;

/// <summary>Patterns of a shell, in a value: <c>*</c> any characters, <c>?</c> one, <c>\</c> the next one as it is.</summary>
internal static class ShellPattern
{
    /// <summary>A value without the part at its start or end that a pattern fits.</summary>
    /// <param name="value">The value.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="fromStart">Whether at the start.</param>
    /// <param name="longest">Whether the longest such part, rather than the shortest.</param>
    public static string Trim(string value, string pattern, bool fromStart, bool longest)
    {
        for (int step = 0; step <= value.Length; step++)
        {
            int length = longest ? value.Length - step : step;
            if (fromStart ? Fits(value.AsSpan(0, length), pattern) : Fits(value.AsSpan(value.Length - length), pattern))
            {
                return fromStart ? value[length..] : value[..^length];
            }
        }

        return value;
    }

    /// <summary>A value in which a text stands for the first part that a pattern fits, as long as can be, or for all such parts.</summary>
    public static string Replace(string value, string pattern, string replacement, bool all)
    {
        var replaced = new StringBuilder();
        for (int at = 0; at <= value.Length;)
        {
            int length = value.Length - at;
            while (length >= 0 && !Fits(value.AsSpan(at, length), pattern))
            {
                length--;
            }

            if (length < 0)
            {
                if (at < value.Length)
                {
                    replaced.Append(value[at]);
                }

                at++;
                continue;
            }

            replaced.Append(replacement);
            if (!all)
            {
                return replaced.Append(value, at + length, value.Length - at - length).ToString();
            }

            if (length == 0)
            {
                if (at < value.Length)
                {
                    replaced.Append(value[at]);
                }

                length = 1;
            }

            at += length;
        }

        return replaced.ToString();
    }

    /// <summary>Whether a pattern fits all of a text. Where it does not fit behind a star, it is tried again one further: never more than once for each character.</summary>
    private static bool Fits(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        int t = 0, p = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, resume) = (p++, t);
                continue;
            }

            bool escaped = p + 1 < pattern.Length && pattern[p] == '\\';
            if (p < pattern.Length && (escaped ? pattern[p + 1] == text[t] : pattern[p] == '?' || pattern[p] == text[t]))
            {
                p += escaped ? 2 : 1;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
