using System.Globalization;

namespace Quai.Templates;

/// <summary>Builds the tree of a template, with Go's grammar and Go's error messages.</summary>
internal sealed class Parser
{
    /// <summary>How deeply actions and parentheses may be nested.</summary>
    private const int MaximumDepth = 1000;

    private readonly string _name;
    private readonly Func<string, bool> _hasFunction;
    private readonly List<Token> _tokens;
    private readonly List<string> _variables = ["$"];
    private readonly Dictionary<string, List<Node>> _defined = new(StringComparer.Ordinal);
    private int _next;
    private int _rangeDepth;
    private int _depth;

    private Parser(string name, string text, Func<string, bool> hasFunction)
    {
        _name = name;
        _hasFunction = hasFunction;
        _tokens = new Lexer(text).Run();
    }

    /// <summary>Parses <paramref name="text"/>.</summary>
    /// <param name="name">The template's name, used in messages.</param>
    /// <param name="text">The template.</param>
    /// <param name="hasFunction">Returns whether a function exists.</param>
    /// <param name="defined">Templates that the text defines.</param>
    /// <returns>The body.</returns>
    /// <exception cref="TemplateException">The text is not a template.</exception>
    public static List<Node> Parse(string name, string text, Func<string, bool> hasFunction, out Dictionary<string, List<Node>> defined)
    {
        var parser = new Parser(name, text, hasFunction);
        List<Node> body = parser.ParseTop();
        defined = parser._defined;
        return body;
    }

    private Token Next() => _next < _tokens.Count ? _tokens[_next++] : _tokens[^1];

    private Token Peek() => _next < _tokens.Count ? _tokens[_next] : _tokens[^1];

    private void Backup() => _next--;

    private Token NextNonSpace()
    {
        Token token = Next();
        while (token.Kind == TokenKind.Space)
        {
            token = Next();
        }

        return token;
    }

    private Token PeekNonSpace()
    {
        Token token = NextNonSpace();
        Backup();
        return token;
    }

    private TemplateException Error(string message, int? line = null)
    {
        int at = line ?? _tokens[Math.Clamp(_next - 1, 0, _tokens.Count - 1)].Line;
        return new TemplateException($"template: {_name}:{at}: {message}");
    }

    private TemplateException Unexpected(Token token, string context)
    {
        if (token.Kind == TokenKind.Error)
        {
            // An action left open on a later line names where it began.
            return Error(token.Text, token.Line);
        }

        return Error($"unexpected {token} in {context}", token.Line);
    }

    private void Enter()
    {
        if (++_depth > MaximumDepth)
        {
            throw Error("max expression depth exceeded");
        }
    }

    private Token Expect(TokenKind kind, string context)
    {
        Token token = NextNonSpace();
        return token.Kind == kind ? token : throw Unexpected(token, context);
    }

    private List<Node> ParseTop()
    {
        var body = new List<Node>();
        while (Peek().Kind != TokenKind.End)
        {
            Token token = Next();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    body.Add(new TextNode(token.Position, token.Text));
                    break;
                case TokenKind.LeftDelimiter:
                    if (PeekNonSpace().Kind == TokenKind.Define)
                    {
                        NextNonSpace();
                        ParseDefine();
                        break;
                    }

                    Node? node = Action(out Token ender);
                    body.Add(node ?? throw Error($"unexpected {{{{{ender.Text}}}}}", ender.Line));
                    break;
                default:
                    throw Unexpected(token, "input");
            }
        }

        return body;
    }

    private void ParseDefine()
    {
        const string Context = "define clause";
        Token name = NextNonSpace();
        string key = Unquoted(name, Context);
        Expect(TokenKind.RightDelimiter, Context);
        int outer = _variables.Count;
        _variables.RemoveRange(1, outer - 1);
        List<Node> body = ItemList(out Token ender);
        if (ender.Kind != TokenKind.EndKeyword)
        {
            throw Error($"unexpected {{{{{ender.Text}}}}} in {Context}", ender.Line);
        }

        _defined[key] = body;
    }

    private string Unquoted(Token token, string context) => token.Kind switch
    {
        TokenKind.String => GoText.Unquote(token.Text) ?? throw Error("invalid syntax", token.Line),
        TokenKind.RawString => token.Text[1..^1],
        _ => throw Unexpected(token, context),
    };

    /// <summary>Nodes until <c>{{end}}</c> or <c>{{else}}</c>.</summary>
    private List<Node> ItemList(out Token ender)
    {
        Enter();
        var list = new List<Node>();
        while (PeekNonSpace().Kind != TokenKind.End)
        {
            Token token = NextNonSpace();
            if (token.Kind == TokenKind.Text)
            {
                list.Add(new TextNode(token.Position, token.Text));
            }
            else if (token.Kind == TokenKind.LeftDelimiter)
            {
                Node? node = Action(out ender);
                if (node is null)
                {
                    _depth--;
                    return list;
                }

                list.Add(node);
            }
            else
            {
                throw Unexpected(token, "input");
            }
        }

        throw Error("unexpected EOF");
    }

    /// <summary>One action; null for an end or else, which is then in <paramref name="ender"/>.</summary>
    private Node? Action(out Token ender)
    {
        Token token = ender = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Block:
                return Block(token);
            case TokenKind.Break or TokenKind.Continue:
                Expect(TokenKind.RightDelimiter, $"{{{{{token.Text}}}}}");
                return _rangeDepth == 0
                    ? throw Error($"{{{{{token.Text}}}}} outside {{{{range}}}}", token.Line)
                    : new JumpNode(token.Position, token.Kind == TokenKind.Break);
            case TokenKind.Else:
                if (PeekNonSpace().Kind is TokenKind.If or TokenKind.With)
                {
                    return null;
                }

                Expect(TokenKind.RightDelimiter, "else");
                return null;
            case TokenKind.EndKeyword:
                Expect(TokenKind.RightDelimiter, "end");
                return null;
            case TokenKind.If:
                return Branch(BranchKind.If);
            case TokenKind.With:
                return Branch(BranchKind.With);
            case TokenKind.Range:
                return Branch(BranchKind.Range);
            case TokenKind.Template:
                Token name = NextNonSpace();
                string key = Unquoted(name, "template clause");
                PipeNode? pipe = null;
                if (NextNonSpace().Kind != TokenKind.RightDelimiter)
                {
                    Backup();
                    pipe = Pipeline("template clause", TokenKind.RightDelimiter);
                }

                return new TemplateNode(name.Position, key, pipe);
        }

        Backup();
        int position = Peek().Position;
        return new ActionNode(position, Pipeline("command", TokenKind.RightDelimiter));
    }

    private TemplateNode Block(Token token)
    {
        const string Context = "block clause";
        Token name = NextNonSpace();
        string key = Unquoted(name, Context);
        PipeNode pipe = Pipeline(Context, TokenKind.RightDelimiter);
        List<Node> body = ItemList(out Token ender);
        if (ender.Kind != TokenKind.EndKeyword)
        {
            throw Error($"unexpected {{{{{ender.Text}}}}} in {Context}", ender.Line);
        }

        _defined[key] = body;
        return new TemplateNode(token.Position, key, pipe);
    }

    private BranchNode Branch(BranchKind kind)
    {
        Enter();
        string context = kind switch { BranchKind.If => "if", BranchKind.With => "with", _ => "range" };
        int scope = _variables.Count;
        PipeNode pipe = Pipeline(context, TokenKind.RightDelimiter);
        _rangeDepth += kind == BranchKind.Range ? 1 : 0;
        List<Node> body = ItemList(out Token ender);
        _rangeDepth -= kind == BranchKind.Range ? 1 : 0;
        List<Node>? otherwise = null;
        if (ender.Kind == TokenKind.Else)
        {
            if ((kind == BranchKind.If && PeekNonSpace().Kind == TokenKind.If) || (kind == BranchKind.With && PeekNonSpace().Kind == TokenKind.With))
            {
                NextNonSpace();
                otherwise = [Branch(kind)];
            }
            else
            {
                otherwise = ItemList(out Token end);
                if (end.Kind != TokenKind.EndKeyword)
                {
                    throw Error("expected end; found {{else}}", end.Line);
                }
            }
        }

        _variables.RemoveRange(scope, _variables.Count - scope);
        _depth--;
        return new BranchNode(pipe.Position, kind, pipe, body, otherwise);
    }

    private PipeNode Pipeline(string context, TokenKind end)
    {
        Enter();
        Token token = PeekNonSpace();
        var variables = new List<VariableNode>();
        bool assignment = false;
        int start = token.Position;
        while (PeekNonSpace().Kind == TokenKind.Variable)
        {
            NextNonSpace();
            int mark = _next;
            Token variable = _tokens[_next - 1];
            Token following = NextNonSpace();
            if (following.Kind is TokenKind.Assign or TokenKind.Declare)
            {
                variables.Add(new VariableNode(variable.Position, [variable.Text]));
                assignment = following.Kind == TokenKind.Assign;
                if (!assignment)
                {
                    _variables.Add(variable.Text);
                }
            }
            else if (following is { Kind: TokenKind.Char, Text: "," })
            {
                variables.Add(new VariableNode(variable.Position, [variable.Text]));
                _variables.Add(variable.Text);
                if (context == "range" && variables.Count < 2)
                {
                    Token second = PeekNonSpace();
                    if (second.Kind is TokenKind.Variable or TokenKind.RightDelimiter or TokenKind.RightParen)
                    {
                        continue;
                    }

                    throw Error("range can only initialize variables");
                }

                throw Error($"too many declarations in {context}");
            }
            else
            {
                _next = mark - 1;
            }

            break;
        }

        var commands = new List<CommandNode>();
        while (true)
        {
            token = NextNonSpace();
            if (token.Kind == end)
            {
                CheckPipeline(commands, context);
                _depth--;
                return new PipeNode(start, variables, assignment, commands);
            }

            if (token.Kind is TokenKind.Bool or TokenKind.CharConstant or TokenKind.Dot or TokenKind.Field or TokenKind.Identifier or TokenKind.Number
                or TokenKind.Nil or TokenKind.RawString or TokenKind.String or TokenKind.Variable or TokenKind.LeftParen)
            {
                Backup();
                commands.Add(Command());
            }
            else
            {
                throw Unexpected(token, context);
            }
        }
    }

    private void CheckPipeline(List<CommandNode> commands, string context)
    {
        if (commands.Count == 0)
        {
            throw Error($"missing value for {context}");
        }

        for (int i = 1; i < commands.Count; i++)
        {
            if (commands[i].Arguments[0] is ConstantNode or DotNode or NilNode)
            {
                throw Error($"non executable command in pipeline stage {i + 1}");
            }
        }
    }

    private CommandNode Command()
    {
        int position = PeekNonSpace().Position;
        var arguments = new List<Node>();
        while (true)
        {
            PeekNonSpace();
            while (Peek().Kind == TokenKind.Space)
            {
                Next();
            }

            Node? operand = Operand();
            if (operand is not null)
            {
                arguments.Add(operand);
            }

            Token token = Next();
            if (token.Kind == TokenKind.Space)
            {
                continue;
            }

            if (token.Kind is TokenKind.RightDelimiter or TokenKind.RightParen)
            {
                Backup();
            }
            else if (token.Kind != TokenKind.Pipe)
            {
                throw Unexpected(token, "operand");
            }

            break;
        }

        return arguments.Count == 0 ? throw Error("empty command") : new CommandNode(position, arguments);
    }

    private Node? Operand()
    {
        Node? node = Term();
        if (node is null || Peek().Kind != TokenKind.Field)
        {
            return node;
        }

        int position = Peek().Position;
        var names = new List<string>();
        while (Peek().Kind == TokenKind.Field)
        {
            names.Add(Next().Text[1..]);
        }

        return node switch
        {
            FieldNode field => new FieldNode(position, [.. field.Names, .. names]),
            VariableNode variable => new VariableNode(position, [.. variable.Names, .. names]),
            ConstantNode or NilNode or DotNode => throw Error($"unexpected . after term {GoText.Quote(node.ToString()!)}"),
            _ => new ChainNode(position, node, [.. names]),
        };
    }

    private Node? Term()
    {
        Token token = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Identifier:
                return _hasFunction(token.Text)
                    ? new IdentifierNode(token.Position, token.Text)
                    : throw Error($"function {GoText.Quote(token.Text)} not defined", token.Line);
            case TokenKind.Dot:
                return new DotNode(token.Position);
            case TokenKind.Nil:
                return new NilNode(token.Position);
            case TokenKind.Variable:
                return _variables.Contains(token.Text)
                    ? new VariableNode(token.Position, [token.Text])
                    : throw Error($"undefined variable {GoText.Quote(token.Text)}", token.Line);
            case TokenKind.Field:
                return new FieldNode(token.Position, [token.Text[1..]]);
            case TokenKind.Bool:
                return new ConstantNode(token.Position, token.Text == "true", token.Text);
            case TokenKind.CharConstant or TokenKind.Number:
                return new ConstantNode(token.Position, Number(token), token.Text);
            case TokenKind.String or TokenKind.RawString:
                return new ConstantNode(token.Position, Unquoted(token, "operand"), token.Text);
            case TokenKind.LeftParen:
                return Pipeline("parenthesized pipeline", TokenKind.RightParen);
            default:
                Backup();
                return null;
        }
    }

    private object Number(Token token)
    {
        string text = token.Text;
        if (token.Kind == TokenKind.CharConstant)
        {
            string? value = GoText.Unquote(text);
            return value is { Length: > 0 } ? char.ConvertToUtf32(value, 0) : throw Error($"malformed character constant: {text}", token.Line);
        }

        string digits = text.Replace("_", "", StringComparison.Ordinal);
        bool negative = digits.StartsWith('-');
        string body = digits.TrimStart('+', '-');
        long magnitude = 0;
        bool parsed = body.Length > 2 && body[0] == '0' && char.ToLowerInvariant(body[1]) switch
        {
            'x' => long.TryParse(body.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude),
            'b' => long.TryParse(body.AsSpan(2), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out magnitude),
            _ => false,
        };
        if (parsed || long.TryParse(body, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude))
        {
            return negative ? -magnitude : magnitude;
        }

        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
            ? real
            : throw Error($"bad number syntax: {GoText.Quote(text)}", token.Line);
    }
}
