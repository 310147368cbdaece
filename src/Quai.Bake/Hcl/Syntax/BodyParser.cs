using Quai.Bake.Hcl.Expressions;

namespace Quai.Bake.Hcl.Syntax;

/// <summary>Reads the attributes and blocks of a file in HCL's own syntax.</summary>
internal sealed class BodyParser
{
    private readonly Scanner _scanner;
    private readonly ExpressionParser _expressions;
    private int _depth;

    private BodyParser(SourceText source)
    {
        _scanner = new(source);
        _expressions = new(_scanner);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BakeException">It is not HCL.</exception>
    public static Body Parse(SourceText source)
    {
        BodyParser parser = new(source);
        return parser.ParseBody(null);
    }

    private SourceText Source => _scanner.Source;

    private SourceRange Here => Source.Range(_scanner.Peek().Start, _scanner.Peek().End);

    private Body ParseBody(SourceRange? opening)
    {
        if (++_depth > Values.Limits.Deepest)
        {
            throw Diagnostics.Error("Blocks nested too deeply", "There are too many blocks within blocks.", opening);
        }

        Dictionary<string, HclAttribute> attributes = [];
        List<HclBlock> blocks = [];
        while (true)
        {
            Token token = _scanner.Peek();
            if (token.Kind == TokenKind.NewLine)
            {
                _scanner.Take();
            }
            else if (token.Kind == TokenKind.End)
            {
                if (opening is { } open)
                {
                    throw Diagnostics.Error("Unclosed configuration block", "There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.", open);
                }

                break;
            }
            else if (token.Is("}") && opening is not null)
            {
                break;
            }
            else if (token.Kind == TokenKind.Identifier)
            {
                ParseItem(attributes, blocks);
            }
            else
            {
                throw NoItem(token);
            }
        }

        _depth--;
        SourceRange start = opening ?? Source.Range(0, 0);
        return new NativeBody(attributes, blocks, start with { End = start.Start });
    }

    private BakeException NoItem(Token token) => token.Kind == TokenKind.Quote
        ? Diagnostics.Error("Invalid argument name", "Argument names must not be quoted.", Here)
        : Diagnostics.Error("Argument or block definition required", "An argument or block definition is required here.", Here);

    private void ParseItem(Dictionary<string, HclAttribute> attributes, List<HclBlock> blocks)
    {
        Token name = _scanner.Take();
        Token next = _scanner.Peek();
        if (next.Is("="))
        {
            Add(attributes, ParseAttribute(name, singleLine: false));
        }
        else if (next.Kind is TokenKind.Quote or TokenKind.Identifier || next.Is("{"))
        {
            blocks.Add(ParseBlock(name));
        }
        else if (next.Is("."))
        {
            throw Diagnostics.Error("Invalid argument name", "Argument names may not contain dots; to set an attribute of an object, use an object.", Here);
        }
        else
        {
            throw Diagnostics.Error("Argument or block definition required", "An argument or block definition is required here. To set an argument, use the equals sign \"=\" to introduce the argument value.", Source.Range(name.Start, name.End));
        }
    }

    private static void Add(Dictionary<string, HclAttribute> attributes, HclAttribute attribute)
    {
        if (attributes.TryGetValue(attribute.Name, out HclAttribute? before))
        {
            throw Diagnostics.Error("Attribute redefined", $"The argument \"{attribute.Name}\" was already set at {before.NameRange.ToPlace()}. Each argument may be set only once.", attribute.NameRange);
        }

        attributes[attribute.Name] = attribute;
    }

    private HclAttribute ParseAttribute(Token name, bool singleLine)
    {
        _scanner.Take();
        Expression expression = _expressions.Parse();
        int end = _scanner.LastEnd;
        if (!singleLine)
        {
            Token after = _scanner.Peek();
            if (after.Kind == TokenKind.NewLine)
            {
                _scanner.Take();
            }
            else if (after.Kind != TokenKind.End)
            {
                throw after.Is(",")
                    ? Diagnostics.Error("Unexpected comma after argument", "Argument definitions must be separated by newlines, not commas. An argument definition must end with a newline.", Here)
                    : Diagnostics.Error("Missing newline after argument", "An argument definition must end with a newline.", Here);
            }
        }

        return new(name.Text, expression, Source.Range(name.Start, name.End), Source.Range(name.Start, end));
    }

    private HclBlock ParseBlock(Token type)
    {
        List<string> labels = [];
        List<SourceRange> labelRanges = [];
        while (true)
        {
            Token token = _scanner.Peek();
            if (token.Is("{"))
            {
                break;
            }

            if (token.Kind == TokenKind.Identifier)
            {
                _scanner.Take();
                labels.Add(token.Text);
                labelRanges.Add(Source.Range(token.Start, token.End));
            }
            else if (token.Kind == TokenKind.Quote)
            {
                labels.Add(_expressions.ParseLabel(out SourceRange range));
                labelRanges.Add(range);
            }
            else
            {
                throw token.Kind switch
                {
                    TokenKind.NewLine or TokenKind.End => Diagnostics.Error("Invalid block definition", "A block definition must have block content delimited by \"{\" and \"}\", starting on the same line as the block header.", Here),
                    _ when token.Is("=") => Diagnostics.Error("Invalid block definition", "The equals sign \"=\" indicates an argument definition, and must not be used when defining a block.", Here),
                    _ => Diagnostics.Error("Invalid block definition", "Either a quoted string block label or an opening brace (\"{\") is expected here.", Here),
                };
            }
        }

        Token open = _scanner.Take();
        SourceRange header = Source.Range(type.Start, labelRanges.Count > 0 ? labelRanges[^1].End : type.End);
        Body body = _scanner.Peek().Kind is TokenKind.NewLine or TokenKind.End ? ParseBody(Source.Range(open.Start, open.End)) : ParseOneLine(open);
        _scanner.Take();
        Token after = _scanner.Peek();
        if (after.Kind == TokenKind.NewLine)
        {
            _scanner.Take();
        }
        else if (after.Kind != TokenKind.End)
        {
            throw Diagnostics.Error("Missing newline after block definition", "A block definition must end with a newline.", Here);
        }

        return new(type.Text, labels, labelRanges, header, body);
    }

    /// <summary>The body of a block on one line: nothing, or one attribute.</summary>
    private NativeBody ParseOneLine(Token open)
    {
        Dictionary<string, HclAttribute> attributes = [];
        Token token = _scanner.Peek();
        if (token.Kind == TokenKind.Identifier)
        {
            Token name = _scanner.Take();
            if (_scanner.Peek().Is("="))
            {
                Add(attributes, ParseAttribute(name, singleLine: true));
                token = _scanner.Peek();
                if (!token.Is("}"))
                {
                    throw Diagnostics.Error("Invalid single-argument block definition", token.Kind switch
                    {
                        _ when token.Is(",") => "Single-line block syntax can include only one argument definition. To define multiple arguments, use the multi-line block syntax with one argument definition per line.",
                        TokenKind.NewLine => "An argument definition on the same line as its containing block creates a single-line block definition, which must also be closed on the same line. Place the block's closing brace immediately after the argument definition.",
                        _ => "A single-line block definition can contain only a single argument. If you meant to define argument \"" + token.Text + "\", use an equals sign to assign it a value. To define a nested block, place it on a line of its own within its parent block.",
                    }, Here);
                }
            }
            else
            {
                throw Diagnostics.Error("Invalid single-argument block definition", $"A single-line block definition can contain only a single argument. If you meant to define argument \"{name.Text}\", use an equals sign to assign it a value. To define a nested block, place it on a line of its own within its parent block.", Source.Range(name.Start, name.End));
            }
        }
        else if (!token.Is("}"))
        {
            throw Diagnostics.Error("Invalid single-argument block definition", "A single-line block definition must end with a closing brace immediately after its single argument definition.", Here);
        }

        return new(attributes, [], Source.Range(open.Start, open.Start));
    }
}
