using Quai.Errors;

namespace Quai.Dockerfiles.Ignoring;

/// <summary>
/// A pattern of paths: <c>*</c> and <c>?</c> stand for what has no slash, <c>**</c> for any directories, <c>[a-z]</c> for one of several characters, a backslash
/// takes the meaning of the next character away.
/// </summary>
/// <remarks>All ways through the pattern are followed at once, a character at a time: the time is at most the product of both lengths, whatever they are.</remarks>
public sealed class PathPattern
{
    private readonly List<PatternPart> _parts = [];
    private readonly string? _plain;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="QuaiException">A bracket is not closed, or a backslash is the last character.</exception>
    public PathPattern(string text)
    {
        _plain = text.AsSpan().ContainsAny(s_special) ? null : text;
        for (int at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '*' when at + 1 < text.Length && text[at + 1] == '*':
                    bool first = at == 0;
                    at++;
                    bool slash = at + 1 < text.Length && text[at + 1] == '/';
                    at += slash ? 1 : 0;

                    // As Docker has it: at the very beginning, before plain characters alone, it stands for any characters.
                    bool plain = first && !slash && text.AsSpan(at + 1).IndexOfAny("*?[]\\") < 0;
                    _parts.Add(new PatternPart(at + 1 == text.Length || plain ? PartKind.Everything : PartKind.Directories));
                    break;
                case '*':
                    _parts.Add(new PatternPart(PartKind.Name));
                    break;
                case '?':
                    _parts.Add(new PatternPart(PartKind.One));
                    break;
                case '[':
                    int end = ClassEnd(text, at);
                    _parts.Add(new PatternPart(PartKind.Class) { Members = text[(at + 1)..end] });
                    at = end;
                    break;
                case '\\':
                    _parts.Add(new PatternPart(PartKind.Character) { Character = ++at < text.Length ? text[at] : throw Malformed() });
                    break;
                default:
                    _parts.Add(new PatternPart(PartKind.Character) { Character = text[at] });
                    break;
            }
        }
    }

    private static readonly System.Buffers.SearchValues<char> s_special = System.Buffers.SearchValues.Create("*?[\\");

    private enum PartKind
    {
        Character,
        One,
        Class,
        Name,
        Everything,

        /// <summary>Nothing, or anything that ends with a slash.</summary>
        Directories,
    }

    /// <summary>Whether it fits all of a path.</summary>
    public bool Fits(ReadOnlySpan<char> path)
    {
        if (_plain is not null)
        {
            return path.SequenceEqual(_plain);
        }

        // Where the pattern may have come to; and, for those that stand for directories, whether characters of them were taken and their slash is still to come.
        bool[] now = new bool[_parts.Count + 1], next = new bool[_parts.Count + 1];
        bool[] inside = new bool[_parts.Count + 1];
        now[0] = true;
        Skip(now);
        foreach (char c in path)
        {
            Array.Clear(next);
            for (int at = 0; at < _parts.Count; at++)
            {
                if (!now[at] && !inside[at])
                {
                    continue;
                }

                PatternPart part = _parts[at];
                switch (part.Kind)
                {
                    case PartKind.Everything:
                    case PartKind.Name when c != '/':
                        next[at] = true;
                        break;
                    case PartKind.Directories:
                        inside[at] = true;
                        next[at + 1] |= c == '/';
                        break;
                    case PartKind.Name:
                        break;
                    default:
                        next[at + 1] |= part.Fits(c);
                        break;
                }
            }

            (now, next) = (next, now);
            Skip(now);
        }

        return now[_parts.Count];
    }

    private static int ClassEnd(string text, int open)
    {
        int at = open + 1;
        at += at < text.Length && text[at] == '^' ? 1 : 0;
        for (int start = at; at < text.Length; at++)
        {
            if (text[at] == ']' && at > start)
            {
                return at;
            }

            at += text[at] == '\\' ? 1 : 0;
        }

        throw Malformed();
    }

    private static QuaiException Malformed() => QuaiException.Invalid("syntax error in pattern");

    /// <summary>Parts that may stand for nothing are passed.</summary>
    private void Skip(bool[] places)
    {
        for (int at = 0; at < _parts.Count; at++)
        {
            places[at + 1] |= places[at] && _parts[at].Kind is PartKind.Name or PartKind.Everything or PartKind.Directories && places[at];
        }
    }

    private sealed record PatternPart(PartKind Kind)
    {
        public char Character { get; init; }

        public string Members { get; init; } = "";

        public bool Fits(char c) => Kind switch
        {
            PartKind.Character => c == Character,
            PartKind.One => c != '/',
            _ => c != '/' && HasMember(c),
        };

        private bool HasMember(char c)
        {
            bool not = Members.StartsWith('^'), found = false;
            for (int at = not ? 1 : 0; at < Members.Length;)
            {
                char low = Next(ref at), high = low;
                if (at + 1 < Members.Length && Members[at] == '-')
                {
                    at++;
                    high = Next(ref at);
                }

                found |= low <= c && c <= high;
            }

            return found != not;
        }

        private char Next(ref int at)
        {
            at += Members[at] == '\\' && at + 1 < Members.Length ? 1 : 0;
            return Members[at++];
        }
    }
}
