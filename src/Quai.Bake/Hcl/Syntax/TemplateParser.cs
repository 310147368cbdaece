using System.Globalization;
using System.Text;
using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Syntax;

/// <summary>Reads templates: text in quotes, heredocs, and the strings of JSON files.</summary>
internal sealed class TemplateParser(Scanner scanner, ExpressionParser expressions)
{
    private readonly List<TemplateItem> _items = [];
    private StringBuilder _literal = new();
    private int _literalStart;

    private SourceText Source => scanner.Source;

    private string Text => scanner.Source.Text;

    /// <summary>Reads a template in quotes, after the first one.</summary>
    public Expression ParseQuoted(Token quote)
    {
        int end = ReadQuoted(quote, allowsTemplates: true);
        scanner.MoveTo(end);
        return TemplateTree.Build(_items, Source.Range(quote.Start, end), Source.Range(quote.End, quote.End));
    }

    /// <summary>Reads a label, after the first quotation mark.</summary>
    public string ParseLabel(Token quote)
    {
        int end = ReadQuoted(quote, allowsTemplates: false);
        scanner.MoveTo(end);
        return string.Concat(_items.Select(item => item.Literal));
    }

    /// <summary>Reads a heredoc, after its mark.</summary>
    public Expression ParseHeredoc(Token mark)
    {
        bool flush = mark.Text.StartsWith("<<-", StringComparison.Ordinal);
        string name = mark.Text[(flush ? 3 : 2)..].TrimEnd('\r', '\n');
        int at = mark.End;
        _literalStart = at;
        while (true)
        {
            // At the start of a line.
            int lineEnd = Text.IndexOf('\n', at);
            ReadOnlySpan<char> line = Text.AsSpan(at, (lineEnd < 0 ? Text.Length : lineEnd) - at);
            if (line.Trim(" \t\r").SequenceEqual(name))
            {
                at += line.TrimEnd('\r').Length;
                break;
            }

            if (lineEnd < 0 && at >= Text.Length)
            {
                throw Unterminated();
            }

            at = ReadLine(at);
        }

        EndLiteral(at);
        scanner.MoveTo(at);
        TemplateTree.Trim(_items);
        if (flush)
        {
            Flush();
        }

        return TemplateTree.Build(_items, Source.Range(mark.Start, at), Source.Range(mark.End, mark.End));
    }

    /// <summary>Reads a whole text as a template.</summary>
    public static Expression ParseText(SourceText source, SourceRange range)
    {
        Scanner scanner = new(source);
        TemplateParser parser = new(scanner, new ExpressionParser(scanner));
        int at = 0;
        while (at < source.Text.Length)
        {
            if (!parser.ReadSpecial(ref at))
            {
                parser._literal.Append(source.Text[at++]);
                if (source.Text[at - 1] == '\n')
                {
                    parser.EndLiteral(at);
                }
            }
        }

        parser.EndLiteral(at);
        return TemplateTree.Build(parser._items, range, range);
    }

    /// <summary>Reads a line of a heredoc; an interpolation may lead to another line.</summary>
    private int ReadLine(int at)
    {
        while (at < Text.Length)
        {
            if (ReadSpecial(ref at))
            {
                continue;
            }

            char c = Text[at++];
            if (c == '\r' && at < Text.Length && Text[at] == '\n')
            {
                continue;
            }

            _literal.Append(c);
            if (c == '\n')
            {
                EndLiteral(at);
                return at;
            }
        }

        throw Unterminated();
    }

    private BakeException Unterminated() =>
        Diagnostics.Error("Unterminated template string", "No closing marker was found for the string.", Source.Range(Text.Length, Text.Length));

    private int ReadQuoted(Token quote, bool allowsTemplates)
    {
        int at = quote.End;
        _literalStart = at;
        while (true)
        {
            if (at >= Text.Length || Text[at] == '\n')
            {
                if (at >= Text.Length)
                {
                    throw Unterminated();
                }

                Diagnostics both = new();
                both.Add("Invalid multi-line string", "Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n escape to represent a newline character or use the \"heredoc\" multi-line template syntax.", Source.Range(at, at + 1));
                both.Add("Unterminated template string", "No closing marker was found for the string.", Source.Range(at, at));
                throw both.ToException();
            }

            if (Text[at] == '"')
            {
                EndLiteral(at);
                return at + 1;
            }

            if (Text[at] == '\\')
            {
                ReadEscape(ref at);
            }
            else if (allowsTemplates ? !ReadSpecial(ref at) : !ReadDoubled(ref at))
            {
                _literal.Append(Text[at++]);
            }
        }
    }

    private void ReadEscape(ref int at)
    {
        char c = at + 1 < Text.Length ? Text[at + 1] : '\0';
        char? simple = c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '"' => '"', '\\' => '\\', _ => null };
        if (simple is { } character)
        {
            _literal.Append(character);
            at += 2;
            return;
        }

        int digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits > 0)
        {
            if (at + 2 + digits <= Text.Length && uint.TryParse(Text.AsSpan(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code))
            {
                _literal.Append(Rune.IsValid(code) ? new Rune(code).ToString() : "\uFFFD");
                at += 2 + digits;
                return;
            }

            throw Diagnostics.Error("Invalid escape sequence", c == 'u'
                ? "The \\u escape sequence must be followed by four hexadecimal digits."
                : "The \\U escape sequence must be followed by eight hexadecimal digits.", Source.Range(at, Math.Min(at + 2, Text.Length)));
        }

        throw Diagnostics.Error("Invalid escape sequence", $"The symbol \"{c}\" is not a valid escape sequence selector.", Source.Range(at, Math.Min(at + 2, Text.Length)));
    }

    /// <summary>Reads an escaped beginning of an interpolation or directive.</summary>
    private bool ReadDoubled(ref int at)
    {
        if (At(at, "$${") || At(at, "%%{"))
        {
            _literal.Append(Text[at]).Append('{');
            at += 3;
            return true;
        }

        return false;
    }

    /// <summary>Reads an interpolation, a directive, or an escaped beginning of one.</summary>
    private bool ReadSpecial(ref int at)
    {
        if (ReadDoubled(ref at))
        {
            return true;
        }

        bool isDirective = At(at, "%{");
        if (!isDirective && !At(at, "${"))
        {
            return false;
        }

        EndLiteral(at);
        int start = at;
        at += 2;
        bool trimsBefore = at < Text.Length && Text[at] == '~';
        scanner.MoveTo(at + (trimsBefore ? 1 : 0));
        TemplateItem item = expressions.Within(true, () => isDirective ? ReadDirective(start) : new TemplateItem(TemplateItemKind.Interpolation) { Expression = expressions.Parse() });
        bool before = scanner.SetSkipsNewLines(true);
        Token close = scanner.Take();
        scanner.SetSkipsNewLines(before);
        if (!close.Is("}") && !close.Is("~}"))
        {
            throw isDirective
                ? Diagnostics.Error("Invalid template directive", "A template directive is expected to end here with a closing brace.", Source.Range(close.Start, close.End))
                : Diagnostics.Error("Extra characters after interpolation expression", "Expected a closing brace to end the interpolation expression, but found extra characters.\n\nThis can happen when you include interpolation syntax for another language, such as shell scripting, but forget to escape the interpolation start token. If this is an embedded sequence for another language, escape it by starting with \"$${\" instead of just \"${\".", Source.Range(close.Start, close.End));
        }

        at = close.End;
        _literalStart = at;
        _items.Add(item with { Range = Source.Range(start, at), TrimsBefore = trimsBefore, TrimsAfter = close.Is("~}") });
        return true;
    }

    private TemplateItem ReadDirective(int start)
    {
        Token keyword = scanner.Take();
        switch (keyword.Kind == TokenKind.Identifier ? keyword.Text : "")
        {
            case "if":
                return new(TemplateItemKind.If) { Expression = expressions.Parse() };
            case "else":
                return new(TemplateItemKind.Else);
            case "endif":
                return new(TemplateItemKind.EndIf);
            case "for":
                (string? key, string value) = expressions.ParseForNames();
                return new(TemplateItemKind.For) { KeyName = key, ValueName = value, Expression = expressions.Parse() };
            case "endfor":
                return new(TemplateItemKind.EndFor);
            default:
                throw Diagnostics.Error("Invalid template control keyword", keyword.Kind == TokenKind.Identifier
                    ? $"\"{keyword.Text}\" is not a valid template control keyword.{(Suggestion.For(keyword.Text, ["if", "for", "else", "endif", "endfor"]) is { } similar ? $" Did you mean \"{similar}\"?" : "")}"
                    : "A template control keyword (\"if\", \"for\", etc) is expected at the beginning of a %{ sequence.", Source.Range(keyword.Kind == TokenKind.Identifier ? keyword.Start : start, keyword.End));
        }
    }

    private bool At(int at, string text) => string.CompareOrdinal(Text, at, text, 0, text.Length) == 0;

    private void EndLiteral(int at)
    {
        if (_literal.Length > 0)
        {
            _items.Add(new(TemplateItemKind.Literal) { Literal = _literal.ToString(), Range = Source.Range(_literalStart, at) });
            _literal = new();
        }

        _literalStart = at;
    }

    /// <summary>Takes from the beginning of each line the blanks that all of them have.</summary>
    private void Flush()
    {
        int common = int.MaxValue;
        foreach (int i in LineStarts())
        {
            string? literal = _items[i].Literal;
            if (!IsBlankLine(literal))
            {
                common = Math.Min(common, literal is null ? 0 : literal.Length - literal.TrimStart(' ', '\t').Length);
            }

        }

        foreach (int i in LineStarts().ToList())
        {
            if (_items[i].Literal is { } literal && !IsBlankLine(literal))
            {
                _items[i] = _items[i] with { Literal = literal[Math.Min(common, literal.Length - literal.TrimStart(' ', '\t').Length)..] };
            }
        }
    }

    private static bool IsBlankLine(string? literal) => literal is not null && literal.AsSpan().Trim().IsEmpty && (literal.Length == 0 || literal.EndsWith('\n'));

    private IEnumerable<int> LineStarts() =>
        Enumerable.Range(0, _items.Count).Where(i => i == 0 || _items[i - 1].Literal?.EndsWith('\n') == true);
}
