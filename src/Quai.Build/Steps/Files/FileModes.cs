using System.Globalization;
using Quai.Errors;

namespace Quai.Build.Steps.Files;

/// <summary>Modes of copies: a number, or changes as chmod takes them.</summary>
internal static class FileModes
{
    /// <summary>Reads a mode.</summary>
    /// <param name="number">In octal, -1 for none.</param>
    /// <param name="text">Such as <c>0755</c> or <c>u=rwX,go-w</c>; empty for none.</param>
    /// <returns>The mode for that of the original and whether it is a directory; null where it stays.</returns>
    /// <exception cref="QuaiException">It is malformed.</exception>
    public static Func<uint, bool, uint>? Read(int number, string text)
    {
        if (text.Length == 0)
        {
            return number < 0 ? null : (_, _) => (uint)number & 0xfff;
        }

        if (text.All(char.IsAsciiDigit))
        {
            uint octal = 0;
            foreach (char c in text)
            {
                octal = c <= '7' && octal <= 0xfff ? (octal * 8) + (uint)(c - '0') : throw Invalid(text);
            }

            return octal <= 0xfff ? (_, _) => octal : throw Invalid(text);
        }

        Clause[] clauses = [.. text.Split(',').Select(c => Parse(c, text))];
        return (mode, isDirectory) => clauses.Aggregate(mode, (m, c) => c.Apply(m, isDirectory));
    }

    private static Clause Parse(string clause, string whole)
    {
        int at = clause.IndexOfAny(['+', '-', '=']);
        if (at < 0)
        {
            throw Invalid(whole);
        }

        string who = clause[..at], what = clause[(at + 1)..];
        return who.All("ugoa".Contains) && what.All("rwxXst".Contains) ? new Clause(who.Length == 0 || who.Contains('a') ? "ugo" : who, clause[at], what) : throw Invalid(whole);
    }

    private static QuaiException Invalid(string text) => QuaiException.Invalid(string.Create(CultureInfo.InvariantCulture, $"invalid mode: {text}"));

    private sealed record Clause(string Who, char How, string What)
    {
        public uint Apply(uint mode, bool isDirectory)
        {
            uint bits = 0, cleared = 0;
            foreach (char who in Who)
            {
                int shift = who switch { 'u' => 6, 'g' => 3, _ => 0 };
                cleared |= (7u << shift) | (who == 'u' ? 0x800u : who == 'g' ? 0x400u : 0);
                foreach (char what in What)
                {
                    bits |= what switch
                    {
                        'r' => 4u << shift,
                        'w' => 2u << shift,
                        'x' => 1u << shift,
                        'X' => isDirectory || (mode & 0x49) != 0 ? 1u << shift : 0,
                        's' => who switch { 'u' => 0x800, 'g' => 0x400, _ => 0 },
                        _ => 0x200u,
                    };
                }
            }

            return How switch { '+' => mode | bits, '-' => mode & ~bits, _ => (mode & ~cleared) | bits };
        }
    }
}
