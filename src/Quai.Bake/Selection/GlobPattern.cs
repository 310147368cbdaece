namespace Quai.Bake.Selection;

/// <summary>Patterns of names: <c>*</c>, <c>?</c> and classes in brackets.</summary>
internal static class GlobPattern
{
    /// <summary>Whether a name matches; null where the pattern is malformed.</summary>
    public static bool? Matches(string pattern, string name) => IsWellFormed(pattern) ? Match(pattern, name) : null;

    private static bool IsWellFormed(string pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && ++i >= pattern.Length)
            {
                return false;
            }

            if (pattern[i] == '[' && (i == 0 || pattern[i - 1] != '\\'))
            {
                int end = ClassEnd(pattern, i);
                if (end < 0)
                {
                    return false;
                }

                i = end;
            }
        }

        return true;
    }

    /// <summary>Goes back to the last star only, which suffices, as each star may take as little as possible.</summary>
    private static bool Match(string pattern, string name)
    {
        int p = 0, n = 0, star = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                starName = n;
            }
            else if (p < pattern.Length && MatchesOne(pattern, p, name[n], out int next))
            {
                p = next;
                n++;
            }
            else if (star >= 0 && name[starName] != '/')
            {
                p = star + 1;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).Trim('*').IsEmpty;
    }

    private static bool MatchesOne(string pattern, int at, char c, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case '?':
                return c != '/';
            case '\\':
                next = at + 2;
                return pattern[at + 1] == c;
            case '[':
                int end = ClassEnd(pattern, at);
                next = end + 1;
                bool negated = pattern[at + 1] == '^', matches = false;
                for (int i = at + (negated ? 2 : 1); i < end; i++)
                {
                    char low = pattern[i] == '\\' ? pattern[++i] : pattern[i], high = low;
                    if (i + 2 < end && pattern[i + 1] == '-')
                    {
                        i += 2;
                        high = pattern[i] == '\\' ? pattern[++i] : pattern[i];
                    }

                    matches |= c >= low && c <= high;
                }

                return matches != negated;
            default:
                return pattern[at] == c;
        }
    }

    /// <summary>The offset of the bracket that ends a class; negative where there is none, or the class is empty.</summary>
    private static int ClassEnd(string pattern, int at)
    {
        int start = at + 1 < pattern.Length && pattern[at + 1] == '^' ? at + 2 : at + 1;
        for (int i = start; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                i++;
            }
            else if (pattern[i] == ']')
            {
                return i > start ? i : -1;
            }
        }

        return -1;
    }
}
