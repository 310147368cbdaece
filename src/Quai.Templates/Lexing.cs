using System.Text;

namespace Quai.Templates;

/// <summary>The kinds of token of a template.</summary>
internal enum TokenKind
{
    Error, Bool, Char, CharConstant, Complex, Assign, Declare, End, Field, Identifier, LeftDelimiter, LeftParen, Number, Pipe,
    RawString, RightDelimiter, RightParen, Space, String, Text, Variable,

    // From here on keywords, which error messages show in angle brackets.
    Keyword, Block, Break, Continue, Dot, Define, Else, EndKeyword, If, Nil, Range, Template, With,
}

/// <summary>One token: its kind, where it starts, its text and its line.</summary>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, int Line)
{
    /// <summary>The token as error messages show it.</summary>
    public override string ToString()
    {
        if (Kind == TokenKind.End)
        {
            return "EOF";
        }

        if (Kind == TokenKind.Error)
        {
            return Text;
        }

        if (Kind > TokenKind.Keyword)
        {
            return $"<{Text}>";
        }

        return Text.Length > 10 ? GoText.Quote(Text[..10]) + "..." : GoText.Quote(Text);
    }
}

/// <summary>Splits a template's text into tokens, all at once; the last is an end or an error.</summary>
internal sealed class Lexer(string input)
{
    private static readonly Dictionary<string, TokenKind> Keywords = new(StringComparer.Ordinal)
    {
        ["."] = TokenKind.Dot, ["block"] = TokenKind.Block, ["break"] = TokenKind.Break, ["continue"] = TokenKind.Continue,
        ["define"] = TokenKind.Define, ["else"] = TokenKind.Else, ["end"] = TokenKind.EndKeyword, ["if"] = TokenKind.If,
        ["range"] = TokenKind.Range, ["nil"] = TokenKind.Nil, ["template"] = TokenKind.Template, ["with"] = TokenKind.With,
    };

    private readonly List<Token> _tokens = [];
    private int _position;
    private int _start;
    private int _line = 1;
    private int _startLine = 1;
    private int _parens;

    /// <summary>All tokens of the text.</summary>
    public List<Token> Run()
    {
        while (LexText())
        {
        }

        return _tokens;
    }

    private char Peek => _position < input.Length ? input[_position] : '\0';

    private bool AtEnd => _position >= input.Length;

    private void Emit(TokenKind kind)
    {
        _tokens.Add(new Token(kind, _start, input[_start.._position], _startLine));
        Skip();
    }

    private void Skip()
    {
        for (int i = _start; i < _position; i++)
        {
            if (input[i] == '\n')
            {
                _line++;
            }
        }

        _start = _position;
        _startLine = _line;
    }

    private bool Fail(string message)
    {
        _tokens.Add(new Token(TokenKind.Error, _start, message, _startLine));
        return false;
    }

    private bool LexText()
    {
        int next = input.IndexOf("{{", _position, StringComparison.Ordinal);
        if (next < 0)
        {
            _position = input.Length;
            if (_position > _start)
            {
                Emit(TokenKind.Text);
            }

            Emit(TokenKind.End);
            return false;
        }

        bool trim = next + 3 < input.Length && input[next + 2] == '-' && IsSpace(input[next + 3]);
        _position = next;
        if (trim)
        {
            while (_position > _start && IsSpace(input[_position - 1]))
            {
                _position--;
            }
        }

        if (_position > _start)
        {
            Emit(TokenKind.Text);
        }

        _position = next;
        Skip();
        int after = next + 2 + (trim ? 2 : 0);
        if (string.CompareOrdinal(input, after, "/*", 0, 2) == 0)
        {
            return LexComment(after);
        }

        _position = next + 2;
        Emit(TokenKind.LeftDelimiter);
        _position = after;
        Skip();
        _parens = 0;
        return LexActions();
    }

    private bool LexComment(int start)
    {
        int end = input.IndexOf("*/", start + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return Fail("unclosed comment");
        }

        _position = end + 2;
        if (!AtRightDelimiter(out bool trim))
        {
            return Fail("comment ends before closing delimiter");
        }

        CloseDelimiter(trim, emit: false);
        return true;
    }

    private bool AtRightDelimiter(out bool trim)
    {
        trim = !AtEnd && IsSpace(input[_position]) && string.CompareOrdinal(input, _position + 1, "-}}", 0, 3) == 0;
        return trim || string.CompareOrdinal(input, _position, "}}", 0, 2) == 0;
    }

    private void CloseDelimiter(bool trim, bool emit)
    {
        _position += trim ? 2 : 0;
        Skip();
        _position += 2;
        if (emit)
        {
            Emit(TokenKind.RightDelimiter);
        }

        while (trim && !AtEnd && IsSpace(input[_position]))
        {
            _position++;
        }

        Skip();
    }

    private bool LexActions()
    {
        while (true)
        {
            if (AtRightDelimiter(out bool trim))
            {
                if (_parens > 0)
                {
                    return Fail("unclosed left paren");
                }

                CloseDelimiter(trim, emit: true);
                return true;
            }

            if (AtEnd)
            {
                return Fail("unclosed action");
            }

            if (!LexOne(input[_position++]))
            {
                return false;
            }
        }
    }

    private bool LexOne(char c)
    {
        switch (c)
        {
            case ' ' or '\t' or '\r' or '\n':
                while (!AtEnd && IsSpace(input[_position]) && !AtRightDelimiter(out _))
                {
                    _position++;
                }

                Emit(TokenKind.Space);
                return true;
            case '=':
                Emit(TokenKind.Assign);
                return true;
            case ':':
                if (Peek != '=')
                {
                    return Fail("expected :=");
                }

                _position++;
                Emit(TokenKind.Declare);
                return true;
            case '|':
                Emit(TokenKind.Pipe);
                return true;
            case '"':
                return LexQuoted('"', TokenKind.String, "unterminated quoted string");
            case '\'':
                return LexQuoted('\'', TokenKind.CharConstant, "unterminated character constant");
            case '`':
                int end = input.IndexOf('`', _position);
                if (end < 0)
                {
                    return Fail("unterminated raw quoted string");
                }

                _position = end + 1;
                Emit(TokenKind.RawString);
                return true;
            case '$':
                return LexName(TokenKind.Variable);
            case '.' when AtEnd || !char.IsAsciiDigit(Peek):
                return AtTerminator() ? EmitDot() : LexName(TokenKind.Field);
            case '.' or '+' or '-' or (>= '0' and <= '9'):
                _position--;
                return LexNumber();
            case '(':
                _parens++;
                Emit(TokenKind.LeftParen);
                return true;
            case ')':
                if (--_parens < 0)
                {
                    return Fail("unexpected right paren");
                }

                Emit(TokenKind.RightParen);
                return true;
            default:
                if (IsAlphanumeric(c))
                {
                    return LexName(TokenKind.Identifier);
                }

                if (c is > ' ' and < '\x7f')
                {
                    Emit(TokenKind.Char);
                    return true;
                }

                return Fail($"unrecognized character in action: {CodePoint(c)}");
        }
    }

    private bool EmitDot()
    {
        Emit(TokenKind.Dot);
        return true;
    }

    private bool LexQuoted(char quote, TokenKind kind, string unterminated)
    {
        while (true)
        {
            if (AtEnd || input[_position] == '\n')
            {
                return Fail(unterminated);
            }

            char c = input[_position++];
            if (c == quote)
            {
                Emit(kind);
                return true;
            }

            if (c == '\\' && !AtEnd && input[_position] != '\n')
            {
                _position++;
            }
        }
    }

    private bool LexName(TokenKind kind)
    {
        while (!AtEnd && IsAlphanumeric(input[_position]))
        {
            _position++;
        }

        if (!AtTerminator())
        {
            return Fail($"bad character {CodePoint(input[_position])}");
        }

        if (kind == TokenKind.Identifier)
        {
            string word = input[_start.._position];
            kind = Keywords.TryGetValue(word, out TokenKind keyword) ? keyword : word is "true" or "false" ? TokenKind.Bool : kind;
        }

        Emit(kind);
        return true;
    }

    private bool LexNumber()
    {
        if (Peek is '+' or '-')
        {
            _position++;
        }

        bool hex = Peek == '0' && _position + 1 < input.Length && input[_position + 1] is 'x' or 'X';
        if (Peek == '0' && _position + 1 < input.Length && input[_position + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            _position += 2;
        }

        bool Digits()
        {
            int from = _position;
            while (!AtEnd && (Peek == '_' || (hex ? char.IsAsciiHexDigit(Peek) : char.IsAsciiDigit(Peek))))
            {
                _position++;
            }

            return _position > from;
        }

        Digits();
        if (Peek == '.')
        {
            _position++;
            Digits();
        }

        if (!hex && Peek is 'e' or 'E')
        {
            _position++;
            if (Peek is '+' or '-')
            {
                _position++;
            }

            Digits();
        }

        if (!AtEnd && IsAlphanumeric(Peek))
        {
            _position++;
            return Fail($"bad number syntax: {GoText.Quote(input[_start.._position])}");
        }

        Emit(TokenKind.Number);
        return true;
    }

    private bool AtTerminator() => AtEnd || IsSpace(Peek) || Peek is '.' or ',' or '|' or ':' or ')' or '('
        || AtRightDelimiter(out _);

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsAlphanumeric(char c) => c == '_' || char.IsLetterOrDigit(c);

    private static string CodePoint(char c) => new StringBuilder("U+").Append(((int)c).ToString("X4")).Append(" '").Append(c).Append('\'').ToString();
}
