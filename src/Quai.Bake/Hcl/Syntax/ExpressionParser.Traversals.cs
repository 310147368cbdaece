using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Syntax;

internal sealed partial class ExpressionParser
{
    private Expression ParseWithTraversals()
    {
        int start = scanner.Peek().Start;
        Expression result = ParseTerm();
        int steps = 0;
        while (true)
        {
            Token token = scanner.Peek();
            if (token.Is("."))
            {
                scanner.Take();
                result = ParseDot(result, token, start);
            }
            else if (token.Is("["))
            {
                result = ParseBrackets(result, start);
            }
            else
            {
                return result;
            }

            if (++steps > Limits.Deepest * 4)
            {
                throw Diagnostics.Error("Expression nested too deeply", "There are too many steps into this value.", Here);
            }
        }
    }

    private Expression ParseDot(Expression source, Token dot, int start)
    {
        Token token = scanner.Peek();
        if (token.Kind == TokenKind.Identifier)
        {
            scanner.Take();
            return Step(source, new(token.Text, null, Source.Range(dot.Start, token.End)), start);
        }

        if (token.Kind == TokenKind.Number)
        {
            scanner.Take();
            // Two indexes in a row look like one number with a point.
            foreach (string part in token.Text.Split('.'))
            {
                source = Step(source, new(null, Value.Number(BigNumber.Parse(part) ?? throw InvalidName(token)), Source.Range(dot.Start, token.End)), start);
            }

            return source;
        }

        if (token.Is("*"))
        {
            scanner.Take();
            return ParseSplat(source, Source.Range(dot.Start, token.End), start, full: false);
        }

        throw InvalidName(token);
    }

    private BakeException InvalidName(Token token) =>
        Diagnostics.Error("Invalid attribute name", "An attribute name is required after a dot.", Source.Range(token.Start, token.End));

    private Expression ParseBrackets(Expression source, int start)
    {
        Token open = scanner.Take();
        bool before = scanner.SetSkipsNewLines(true);
        if (scanner.Peek().Is("*"))
        {
            scanner.Take();
            if (!scanner.Peek().Is("]"))
            {
                throw Diagnostics.Error("Missing close bracket on splat index", "The star for a full splat operator must be immediately followed by a closing bracket (\"]\").", Here);
            }

            scanner.Take();
            SourceRange marker = Since(open.Start);
            scanner.SetSkipsNewLines(before);
            return ParseSplat(source, marker, start, full: true);
        }

        Expression key = Parse();
        if (!scanner.Peek().Is("]"))
        {
            throw Diagnostics.Error("Missing close bracket on index", "The index operator must end with a closing bracket (\"]\").", Here);
        }

        scanner.Take();
        SourceRange brackets = Since(open.Start);
        scanner.SetSkipsNewLines(before);
        return LiteralKey(key) is { } literal
            ? Step(source, new(null, literal, brackets), start)
            : new IndexExpression(source, key, Since(start), brackets);
    }

    private static Value? LiteralKey(Expression key) => key switch
    {
        LiteralExpression { Value: { IsNull: false } value } => value,
        TemplateExpression { Parts: [LiteralExpression only] } => only.Value,
        _ => null,
    };

    private Expression Step(Expression source, TraversalStep step, int start) => source is ScopeTraversalExpression variable
        ? new ScopeTraversalExpression(variable.Traversal with { Steps = [.. variable.Traversal.Steps, step] }, Since(start))
        : new RelativeTraversalExpression(source, [step], Since(start));

    /// <summary>What follows a star is looked up in every element: attributes only after a dot, indexes too after brackets.</summary>
    private SplatExpression ParseSplat(Expression source, SourceRange marker, int start, bool full)
    {
        List<Func<Value, Scope, Diagnostics, Value>> steps = [];
        List<Expression> keys = [];
        while (true)
        {
            Token token = scanner.Peek();
            if (token.Is("."))
            {
                scanner.Take();
                Token name = scanner.Peek();
                if (name.Kind is not (TokenKind.Identifier or TokenKind.Number))
                {
                    throw InvalidName(name);
                }

                scanner.Take();
                SourceRange range = Source.Range(token.Start, name.End);
                if (name.Kind == TokenKind.Identifier)
                {
                    steps.Add((value, _, wrong) => Access.Attribute(value, name.Text, range, wrong));
                    continue;
                }

                Value index = Value.Number(BigNumber.Parse(name.Text)!);
                steps.Add((value, _, wrong) => Access.Index(value, index, range, wrong));
            }
            else if (full && token.Is("["))
            {
                scanner.Take();
                bool before = scanner.SetSkipsNewLines(true);
                Expression key = Parse();
                if (!scanner.Peek().Is("]"))
                {
                    throw Diagnostics.Error("Missing close bracket on index", "The index operator must end with a closing bracket (\"]\").", Here);
                }

                scanner.Take();
                SourceRange range = Since(token.Start);
                scanner.SetSkipsNewLines(before);
                keys.Add(key);
                steps.Add((value, scope, wrong) => Access.Index(value, key.Evaluate(scope, wrong), range, wrong));
            }
            else
            {
                return new(source, steps, keys, Since(start), marker);
            }
        }
    }
}
