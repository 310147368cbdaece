using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Hcl.Functions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Syntax;

/// <summary>Reads expressions.</summary>
internal sealed partial class ExpressionParser(Scanner scanner)
{
    private static readonly (string Symbol, Function Function)[][] s_binary =
    [
        [("||", Operators.Or)],
        [("&&", Operators.And)],
        [("==", Operators.Equal), ("!=", Operators.NotEqual)],
        [(">", Operators.GreaterThan), (">=", Operators.GreaterThanOrEqual), ("<", Operators.LessThan), ("<=", Operators.LessThanOrEqual)],
        [("+", Operators.Add), ("-", Operators.Subtract)],
        [("*", Operators.Multiply), ("/", Operators.Divide), ("%", Operators.Modulo)],
    ];

    private int _depth;

    private SourceText Source => scanner.Source;

    /// <summary>Reads an expression.</summary>
    public Expression Parse()
    {
        if (++_depth > Limits.Deepest)
        {
            throw Diagnostics.Error("Expression nested too deeply", "There are too many expressions within expressions.", Here);
        }

        int start = scanner.Peek().Start;
        Expression condition = ParseBinary(0);
        if (scanner.Peek().Is("?"))
        {
            scanner.Take();
            Expression whenTrue = Parse();
            if (!scanner.Peek().Is(":"))
            {
                throw Diagnostics.Error("Missing false expression in conditional", "The conditional operator (...?...:...) requires a false expression, delimited by a colon.", Here);
            }

            scanner.Take();
            Expression whenFalse = Parse();
            condition = new ConditionalExpression(condition, whenTrue, whenFalse, Since(start));
        }

        _depth--;
        return condition;
    }

    /// <summary>Reads a block's label in quotes.</summary>
    public string ParseLabel(out SourceRange range)
    {
        Token quote = scanner.Take();
        TemplateParser template = new(scanner, this);
        string label = template.ParseLabel(quote);
        range = Since(quote.Start);
        return label;
    }

    /// <summary>Reads what stands between brackets, where ends of lines mean nothing.</summary>
    public T Within<T>(bool skipsNewLines, Func<T> read)
    {
        bool before = scanner.SetSkipsNewLines(skipsNewLines);
        try
        {
            return read();
        }
        finally
        {
            scanner.SetSkipsNewLines(before);
        }
    }

    private SourceRange Here => Source.Range(scanner.Peek().Start, scanner.Peek().End);

    private SourceRange Since(int start) => Source.Range(start, scanner.LastEnd);

    private Expression ParseBinary(int level)
    {
        if (level == s_binary.Length)
        {
            return ParseUnary();
        }

        int start = scanner.Peek().Start;
        Expression left = ParseBinary(level + 1);
        int operators = 0;
        while (scanner.Peek() is { Kind: TokenKind.Symbol } token && s_binary[level].FirstOrDefault(one => one.Symbol == token.Text) is { Function: { } function })
        {
            scanner.Take();
            Expression right = ParseBinary(level + 1);
            left = new OperatorExpression(function, [left, right], Since(start));

            // Each operator is a level of the tree, though none of the recursion here.
            if (++operators > Limits.Deepest * 8)
            {
                throw Diagnostics.Error("Expression nested too deeply", "There are too many operators in this expression.", right.Range);
            }
        }

        return left;
    }

    private Expression ParseUnary()
    {
        Token token = scanner.Peek();
        if (!token.Is("-") && !token.Is("!"))
        {
            return ParseWithTraversals();
        }

        if (++_depth > Limits.Deepest)
        {
            throw Diagnostics.Error("Expression nested too deeply", "There are too many operators in this expression.", Here);
        }

        scanner.Take();
        Expression operand = ParseUnary();
        _depth--;
        return new OperatorExpression(token.Is("-") ? Operators.Negate : Operators.Not, [operand], Since(token.Start));
    }

    private Expression ParseTerm()
    {
        Token token = scanner.Peek();
        switch (token.Kind)
        {
            case TokenKind.Number:
                scanner.Take();
                return new LiteralExpression(Value.Number(BigNumber.Parse(token.Text)!), Since(token.Start));
            case TokenKind.Identifier:
                return ParseName();
            case TokenKind.Quote:
                scanner.Take();
                return new TemplateParser(scanner, this).ParseQuoted(token);
            case TokenKind.Heredoc:
                return new TemplateParser(scanner, this).ParseHeredoc(scanner.Take());
            case TokenKind.Symbol when token.Text == "(":
                return ParseParentheses();
            case TokenKind.Symbol when token.Text == "[":
                return ParseTuple();
            case TokenKind.Symbol when token.Text == "{":
                return ParseObject();
            case TokenKind.End:
                throw Diagnostics.Error("Missing expression", "Expected the start of an expression, but found the end of the file.", Here);
            case TokenKind.Invalid:
                Diagnostics both = new();
                both.Add("Invalid character", token.Text == "'" ? "Single quotes are not valid. Use double quotes (\") to enclose strings." : "This character is not used within the language.", Here);
                both.Add("Invalid expression", "Expected the start of an expression, but found an invalid expression token.", Here);
                throw both.ToException();
            default:
                throw Diagnostics.Error("Invalid expression", "Expected the start of an expression, but found an invalid expression token.", Here);
        }
    }

    private Expression ParseName()
    {
        Token name = scanner.Take();
        SourceRange range = Source.Range(name.Start, name.End);
        string text = name.Text;
        while (scanner.Peek().Is("::"))
        {
            scanner.Take();
            text += "::" + scanner.Take().Text;
        }

        if (scanner.Peek().Is("("))
        {
            return ParseCall(text, range);
        }

        return text switch
        {
            "true" => new LiteralExpression(Value.True, range, text),
            "false" => new LiteralExpression(Value.False, range, text),
            "null" => new LiteralExpression(Value.Null, range, text),
            _ => new ScopeTraversalExpression(new(text, range, []), range),
        };
    }

    private ParenthesesExpression ParseParentheses()
    {
        Token open = scanner.Take();
        Expression inner = Within(true, () =>
        {
            Expression expression = Parse();
            if (!scanner.Peek().Is(")"))
            {
                throw Diagnostics.Error("Unbalanced parentheses", "Expected a closing parenthesis to terminate the expression.", Here);
            }

            scanner.Take();
            return expression;
        });
        return new(inner, Since(open.Start));
    }

    private CallExpression ParseCall(string name, SourceRange nameRange)
    {
        Token open = scanner.Take();
        List<Expression> arguments = [];
        bool expands = false;
        Token close = Within(true, () =>
        {
            while (!scanner.Peek().Is(")"))
            {
                RefuseEnd("Unterminated function call", "There is no closing parenthesis for this function call before the end of the file. This may be caused by incorrect parenthesis nesting elsewhere in this file.", Source.Range(nameRange.Start, open.End));
                arguments.Add(Parse());
                if (scanner.Peek().Is("..."))
                {
                    scanner.Take();
                    expands = true;
                    if (!scanner.Peek().Is(")"))
                    {
                        throw Diagnostics.Error("Missing closing parenthesis", "An expanded function argument (with ...) must be immediately followed by closing parentheses.", Here);
                    }
                }
                else if (scanner.Peek().Is(","))
                {
                    scanner.Take();
                }
                else if (!scanner.Peek().Is(")"))
                {
                    RefuseEnd("Unterminated function call", "There is no closing parenthesis for this function call before the end of the file. This may be caused by incorrect parenthesis nesting elsewhere in this file.", Source.Range(nameRange.Start, open.End));
                    throw Diagnostics.Error("Missing argument separator", "A comma is required to separate each function argument from the next.", Here);
                }
            }

            return scanner.Take();
        });
        return new(name, arguments, expands, Since(nameRange.Start), nameRange, Source.Range(close.Start, close.End));
    }

    private void RefuseEnd(string summary, string detail, SourceRange opening)
    {
        if (scanner.Peek().Kind == TokenKind.End)
        {
            throw Diagnostics.Error(summary, detail, opening);
        }
    }
}
