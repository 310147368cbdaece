namespace Quai.Build.Trees;

/// <summary>Names that a shell's pattern stands for: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a-z]</c> and <c>\</c>, as Go's filepath.Match has them, for one part of a path.</summary>
internal static class ShellGlob
{
    /// <summary>Whether a path has a pattern in it.</summary>
    public static bool IsPattern(string path)
    {
        for (int i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\')
            {
                i++;
            }
            else if (path[i] is '*' or '?' or '[')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A part of a path without the escapes.</summary>
    public static string Unescaped(string part)
    {
        if (!part.Contains('\\', StringComparison.Ordinal))
        {
            return part;
        }

        var plain = new System.Text.StringBuilder();
        for (int i = 0; i < part.Length; i++)
        {
            if (part[i] == '\\' && i + 1 < part.Length)
            {
                i++;
            }

            plain.Append(part[i]);
        }

        return plain.ToString();
    }

    /// <summary>Whether a name fits. Goes back to the last star alone, so that the time is bounded by the product of the lengths.</summary>
    public static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, mark = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, n);
            }
            else if (p < pattern.Length && FitsOne(pattern, p, name[n], out int next))
            {
                (p, n) = (next, n + 1);
            }
            else if (star >= 0)
            {
                (p, n) = (star + 1, ++mark);
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

    private static bool FitsOne(ReadOnlySpan<char> pattern, int at, char c, out int next)
    {
        switch (pattern[at])
        {
            case '?':
                next = at + 1;
                return true;
            case '\\' when at + 1 < pattern.Length:
                next = at + 2;
                return pattern[at + 1] == c;
            case '[':
                return FitsSet(pattern, at, c, out next);
            default:
                next = at + 1;
                return pattern[at] == c;
        }
    }

    private static bool FitsSet(ReadOnlySpan<char> pattern, int at, char c, out int next)
    {
        int i = at + 1;
        bool negated = i < pattern.Length && pattern[i] == '^', found = false, any = false;
        i += negated ? 1 : 0;
        while (i < pattern.Length && (pattern[i] != ']' || !any))
        {
            char low = Taken(pattern, ref i), high = low;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                high = Taken(pattern, ref i);
            }

            any = true;
            found |= c >= low && c <= high;
        }

        next = i + 1;
        return i < pattern.Length && found != negated;
    }

    private static char Taken(ReadOnlySpan<char> pattern, ref int at)
    {
        at += pattern[at] == '\\' && at + 1 < pattern.Length ? 1 : 0;
        return pattern[at++];
    }
}
