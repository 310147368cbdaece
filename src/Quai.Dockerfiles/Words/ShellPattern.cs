using System.Text;

namespace Quai.Dockerfiles.Words;

/// <summary>
/// Patterns of a shell, in a value: <c>*</c> any characters, <c>?</c> one, <c>\</c> the next one as it is. Between stars stand pieces of a fixed length:
/// each is sought once, from where the one before it was found, so that no value is gone over again for each of its parts.
/// </summary>
internal sealed class ShellPattern
{
    /// <summary>A pattern does not begin here, though it may further on.</summary>
    private const int NotHere = -1;

    /// <summary>A pattern fits neither here nor further on.</summary>
    private const int Nowhere = -2;

    private readonly List<Character[]> _pieces;

    private ShellPattern(string pattern, bool backward)
    {
        List<Character> piece = [];
        _pieces = [];
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '*')
            {
                _pieces.Add([.. piece]);
                piece.Clear();
                continue;
            }

            bool escaped = pattern[i] == '\\' && i + 1 < pattern.Length;
            piece.Add(new Character(pattern[escaped ? ++i : i], !escaped && pattern[i] == '?'));
        }

        _pieces.Add([.. piece]);
        if (backward)
        {
            _pieces.Reverse();
            _pieces.ForEach(Array.Reverse);
        }
    }

    /// <summary>A value without the part at its start or end that a pattern fits.</summary>
    /// <param name="value">The value.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="fromStart">Whether at the start.</param>
    /// <param name="longest">Whether the longest such part, rather than the shortest.</param>
    public static string Trim(string value, string pattern, bool fromStart, bool longest)
    {
        char[] text = value.ToCharArray();
        if (!fromStart)
        {
            Array.Reverse(text);
        }

        int length = Math.Max(0, new ShellPattern(pattern, backward: !fromStart).Length(text, 0, longest));
        return fromStart ? value[length..] : value[..^length];
    }

    /// <summary>
    /// A value in which a text stands for the first part that a pattern fits, as long as can be, or for all such parts. An empty part directly behind
    /// another that was replaced is none.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="replacement">What stands for it.</param>
    /// <param name="all">Whether for all parts.</param>
    /// <param name="most">The maximum length of the result.</param>
    /// <returns>The new value; null where it would be longer than that.</returns>
    public static string? Replace(string value, string pattern, string replacement, bool all, int most)
    {
        var sought = new ShellPattern(pattern, backward: false);
        var replaced = new StringBuilder();
        int kept = 0, at = 0;
        bool behind = false;
        while (at <= value.Length)
        {
            int length = sought.Length(value, at, longest: true);
            if (length == Nowhere)
            {
                break;
            }

            if (length == NotHere || (length == 0 && behind))
            {
                (at, behind) = (at + 1, false);
                continue;
            }

            replaced.Append(value, kept, at - kept).Append(replacement);
            if (replaced.Length > most)
            {
                return null;
            }

            kept = at + length;
            if (!all)
            {
                break;
            }

            (at, behind) = length > 0 ? (kept, true) : (at + 1, false);
        }

        return replaced.Append(value, kept, value.Length - kept).ToString();
    }

    /// <summary>How long the part is that the pattern fits at a place; <see cref="NotHere"/> or <see cref="Nowhere"/> where there is none.</summary>
    private int Length(ReadOnlySpan<char> text, int at, bool longest)
    {
        if (!Fits(text[at..], _pieces[0]))
        {
            return NotHere;
        }

        int end = at + _pieces[0].Length;
        for (int i = 1; i < _pieces.Count; i++)
        {
            Character[] piece = _pieces[i];
            int last = text.Length - piece.Length, place = end;
            if (longest && i == _pieces.Count - 1)
            {
                place = last;
                while (place >= end && !Fits(text[place..], piece))
                {
                    place--;
                }

                if (place < end)
                {
                    return Nowhere;
                }
            }
            else
            {
                while (place <= last && !Fits(text[place..], piece))
                {
                    place++;
                }

                if (place > last)
                {
                    // What is not found from here on is not found from further on.
                    return Nowhere;
                }
            }

            end = place + piece.Length;
        }

        return end - at;
    }

    private static bool Fits(ReadOnlySpan<char> text, Character[] piece)
    {
        if (piece.Length > text.Length)
        {
            return false;
        }

        for (int i = 0; i < piece.Length; i++)
        {
            if (!piece[i].Any && piece[i].Value != text[i])
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Character(char Value, bool Any);
}
