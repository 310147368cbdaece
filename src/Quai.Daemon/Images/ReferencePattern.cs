using Quai.Errors;

namespace Quai.Daemon.Images;

/// <summary>The <c>reference</c> filter: shell wildcards over an image's familiar name, with its tag or without; <c>*</c> does not cross a slash.</summary>
internal static class ReferencePattern
{
    /// <summary>Validates a pattern.</summary>
    /// <exception cref="QuaiException">It has an unterminated character class.</exception>
    public static void Check(string pattern)
    {
        for (int at = 0; at < pattern.Length; at++)
        {
            at += pattern[at] == '\\' ? 1 : 0;
            if (at >= pattern.Length || (pattern[at] == '[' && (at = pattern.IndexOf(']', at)) < 0))
            {
                throw QuaiException.Invalid("syntax error in pattern");
            }
        }
    }

    /// <summary>Whether a name (<c>repo:tag</c> or <c>repo@digest</c>) matches.</summary>
    public static bool Matches(string pattern, string name)
    {
        int at = name.IndexOf('@');
        int end = at >= 0 ? at : name.LastIndexOf(':');
        string repository = end > name.LastIndexOf('/') || at >= 0 ? name[..end] : name;
        return Glob(pattern, name) || Glob(pattern, repository);
    }

    private static bool Glob(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (!pattern.IsEmpty)
        {
            switch (pattern[0])
            {
                case '*':
                    pattern = pattern.TrimStart('*');
                    for (int i = 0; i <= text.Length; i++)
                    {
                        if (Glob(pattern, text[i..]))
                        {
                            return true;
                        }

                        if (i < text.Length && text[i] == '/')
                        {
                            return false;
                        }
                    }

                    return false;
                case '?':
                    if (text.IsEmpty || text[0] == '/')
                    {
                        return false;
                    }

                    pattern = pattern[1..];
                    break;
                case '[':
                    int close = pattern.IndexOf(']');
                    if (close < 0 || text.IsEmpty || !InClass(pattern[1..close], text[0]))
                    {
                        return false;
                    }

                    pattern = pattern[(close + 1)..];
                    break;
                default:
                    if (pattern[0] == '\\' && pattern.Length > 1)
                    {
                        pattern = pattern[1..];
                    }

                    if (text.IsEmpty || text[0] != pattern[0])
                    {
                        return false;
                    }

                    pattern = pattern[1..];
                    break;
            }

            text = text[1..];
        }

        return text.IsEmpty;
    }

    private static bool InClass(ReadOnlySpan<char> set, char c)
    {
        bool negated = set.StartsWith("^");
        set = negated ? set[1..] : set;
        bool found = false;
        for (int i = 0; i < set.Length; i++)
        {
            char low = set[i], high = low;
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                high = set[i + 2];
                i += 2;
            }

            found |= c >= low && c <= high;
        }

        return found != negated;
    }
}
