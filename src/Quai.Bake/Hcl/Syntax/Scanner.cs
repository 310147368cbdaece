using System.Globalization;

namespace Quai.Bake.Hcl.Syntax;

/// <summary>Reads tokens of a file, one ahead. Templates are read by <see cref="TemplateParser"/>, which moves it.</summary>
internal sealed class Scanner(SourceText source, int start = 0)
{
    private static readonly string[] s_symbols = ["...", "==", "!=", "<=", ">=", "&&", "||", "=>", "::", "~}"];

    private Token? _next;
    private int _position = start;

    /// <summary>The file.</summary>
    public SourceText Source => source;

    /// <summary>Whether ends of lines mean nothing here, as within brackets.</summary>
    public bool SkipsNewLines { get; private set; }

    /// <summary>The offset after the last token that was taken.</summary>
    public int LastEnd { get; private set; } = start;

    /// <summary>The offset at which the next token is looked for.</summary>
    public int Position => _position;

    /// <summary>The token that comes next.</summary>
    public Token Peek() => _next ??= Scan();

    /// <summary>Takes it.</summary>
    public Token Take()
    {
        Token token = Peek();
        _next = null;
        _position = LastEnd = token.End;
        return token;
    }

    /// <summary>Goes on from an offset.</summary>
    public void MoveTo(int position)
    {
        _next = null;
        _position = LastEnd = position;
    }

    /// <summary>Has ends of lines mean something, or nothing; returns what it was before.</summary>
    public bool SetSkipsNewLines(bool skips)
    {
        bool before = SkipsNewLines;
        if (before != skips)
        {
            SkipsNewLines = skips;
            _next = null;
        }

        return before;
    }

    /// <summary>Whether a character may begin a name.</summary>
    public static bool BeginsName(char c) => c == '_' || char.IsLetter(c) || char.IsSurrogate(c);

    private static bool ContinuesName(char c) =>
        BeginsName(c) || char.IsDigit(c) || c == '-' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;

    private Token Scan()
    {
        int at = SkipBlank(_position);
        string text = source.Text;
        if (at >= text.Length)
        {
            return new(TokenKind.End, "", text.Length, text.Length);
        }

        char c = text[at];
        if (c == '\n')
        {
            return new(TokenKind.NewLine, "\n", at, at + 1);
        }

        if (BeginsName(c))
        {
            int end = at + 1;
            while (end < text.Length && ContinuesName(text[end]))
            {
                end++;
            }

            return new(TokenKind.Identifier, text[at..end], at, end);
        }

        if (char.IsAsciiDigit(c))
        {
            int end = NumberEnd(text, at);
            return new(TokenKind.Number, text[at..end], at, end);
        }

        if (c == '"')
        {
            return new(TokenKind.Quote, "\"", at, at + 1);
        }

        if (c == '<' && HeredocEnd(text, at) is { } afterMark)
        {
            return new(TokenKind.Heredoc, text[at..afterMark], at, afterMark);
        }

        foreach (string symbol in s_symbols)
        {
            if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0)
            {
                return new(TokenKind.Symbol, symbol, at, at + symbol.Length);
            }
        }

        return new("{}[]()=:,.?!<>+-*/%".Contains(c, StringComparison.Ordinal) ? TokenKind.Symbol : TokenKind.Invalid, c.ToString(), at, at + 1);
    }

    private int SkipBlank(int at)
    {
        string text = source.Text;
        while (at < text.Length)
        {
            char c = text[at];
            if (c is ' ' or '\t' or '\r' || (c == '\n' && SkipsNewLines))
            {
                at++;
            }
            else if (c == '#' || (c == '/' && at + 1 < text.Length && text[at + 1] == '/'))
            {
                int end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else if (c == '/' && at + 1 < text.Length && text[at + 1] == '*')
            {
                int end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw Diagnostics.Error("Unterminated comment", "There is no end of this comment before the end of the file.", source.Range(at, at + 2));
                }

                at = end + 2;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    private static int NumberEnd(string text, int at)
    {
        int end = at;
        end = Digits(text, end);
        if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            end = Digits(text, end + 1);
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            int sign = end + 1 < text.Length && text[end + 1] is '+' or '-' ? 2 : 1;
            if (end + sign < text.Length && char.IsAsciiDigit(text[end + sign]))
            {
                end = Digits(text, end + sign);
            }
        }

        return end;
    }

    private static int Digits(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>The offset after <c>&lt;&lt;NAME</c> and its end of line; null where there is no heredoc.</summary>
    private static int? HeredocEnd(string text, int at)
    {
        int i = at + 2;
        if (i >= text.Length || text[at + 1] != '<')
        {
            return null;
        }

        i += text[i] == '-' ? 1 : 0;
        int name = i;
        while (i < text.Length && (i == name ? BeginsName(text[i]) : ContinuesName(text[i])))
        {
            i++;
        }

        if (i == name)
        {
            return null;
        }

        i += i < text.Length && text[i] == '\r' ? 1 : 0;
        return i < text.Length && text[i] == '\n' ? i + 1 : null;
    }
}
