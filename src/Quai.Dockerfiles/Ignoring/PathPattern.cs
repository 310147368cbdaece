namespace Quai.Dockerfiles.Ignoring;

/// <summary>
/// A pattern of paths: <c>*</c> and <c>?</c> within a name, <c>**</c> over any number of directories, <c>[a-z]</c> one of several characters, <c>\</c> the next character
/// as it is. It takes time in proportion to the pattern's length times the path's, whatever the pattern.
/// </summary>
internal sealed class PathPattern
{
    private readonly List<Part> _parts = [];

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="Errors.QuaiException">It is malformed.</exception>
    public PathPattern(string pattern)
    {
        for (int at = 0; at < pattern.Length;)
        {
            char c = pattern[at++];
            switch (c)
            {
                case '*' when at < pattern.Length && pattern[at] == '*':
                    at++;
                    at += at < pattern.Length && pattern[at] == '/' ? 1 : 0;
                    if (at == pattern.Length)
                    {
                        _parts.Add(new Part(Kind.Everything));
                        break;
                    }

                    _parts.Add(new Part(Kind.Directories));
                    _parts.Add(new Part(Kind.WithinDirectories));
                    break;
                case '*':
                    _parts.Add(new Part(Kind.Name));
                    break;
                case '?':
                    _parts.Add(new Part(Kind.AnyOne));
                    break;
                case '[':
                    int close = pattern.IndexOf(']', Math.Min(at + 1, pattern.Length));
                    _parts.Add(new Part(Kind.OneOf, Set: close < 0 ? throw Errors.QuaiException.Invalid($"syntax error in pattern: {pattern}") : pattern[at..close]));
                    at = close + 1;
                    break;
                case '\\' when at < pattern.Length:
                    _parts.Add(new Part(Kind.Character, pattern[at++]));
                    break;
                default:
                    _parts.Add(new Part(Kind.Character, c));
                    break;
            }
        }
    }

    private enum Kind
    {
        Character,
        AnyOne,
        OneOf,
        Name,
        Directories,
        WithinDirectories,
        Everything,
    }

    /// <summary>Whether it fits all of a path.</summary>
    public bool Fits(ReadOnlySpan<char> path)
    {
        // All places in the pattern that the path so far leads to.
        bool[] now = new bool[_parts.Count + 1], next = new bool[_parts.Count + 1];
        Enter(now, 0);
        foreach (char c in path)
        {
            Array.Clear(next);
            for (int at = 0; at < _parts.Count; at++)
            {
                if (now[at])
                {
                    Step(next, at, c);
                }
            }

            (now, next) = (next, now);
        }

        return now[_parts.Count];
    }

    private void Step(bool[] places, int at, char c)
    {
        Part part = _parts[at];
        switch (part.Kind)
        {
            case Kind.Name when c != '/':
            case Kind.Everything:
                Enter(places, at);
                break;
            case Kind.WithinDirectories:
                Enter(places, at);
                if (c == '/')
                {
                    Enter(places, at + 1);
                }

                break;
            case Kind.Character when c == part.Value:
            case Kind.AnyOne when c != '/':
            case Kind.OneOf when IsOneOf(part.Set, c):
                Enter(places, at + 1);
                break;
            default:
                break;
        }
    }

    /// <summary>Comes to a place, and to those behind it where nothing need be in between.</summary>
    private void Enter(bool[] places, int at)
    {
        while (!places[at])
        {
            places[at] = true;
            if (at == _parts.Count)
            {
                return;
            }

            switch (_parts[at].Kind)
            {
                case Kind.Name or Kind.Everything:
                    at++;
                    break;
                case Kind.Directories:
                    places[at + 1] = true;
                    at += 2;
                    break;
                default:
                    return;
            }
        }
    }

    private static bool IsOneOf(string set, char c)
    {
        bool isNot = set.StartsWith('^');
        bool found = false;
        for (int at = isNot ? 1 : 0; at < set.Length; at++)
        {
            at += set[at] == '\\' && at + 1 < set.Length ? 1 : 0;
            if (at + 2 < set.Length && set[at + 1] == '-')
            {
                found |= c >= set[at] && c <= set[at + 2];
                at += 2;
            }
            else
            {
                found |= c == set[at];
            }
        }

        return found != isNot;
    }

    private readonly record struct Part(Kind Kind, char Value = '\0', string Set = "");
}
