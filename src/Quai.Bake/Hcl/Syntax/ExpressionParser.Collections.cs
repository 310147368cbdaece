using Quai.Bake.Hcl.Expressions;

namespace Quai.Bake.Hcl.Syntax;

internal sealed partial class ExpressionParser
{
    private Expression ParseTuple()
    {
        Token open = scanner.Take();
        SourceRange opening = Source.Range(open.Start, open.End);
        Expression? loop = null;
        List<Expression> elements = [];
        Within(true, () =>
        {
            if (IsFor())
            {
                loop = ParseFor(opening, isObject: false);
                return 0;
            }

            while (!scanner.Peek().Is("]"))
            {
                RefuseEnd("Unterminated tuple constructor expression", "There is no corresponding closing bracket before the end of the file. This may be caused by incorrect bracket nesting elsewhere in this file.", opening);
                elements.Add(Parse());
                if (scanner.Peek().Is(","))
                {
                    scanner.Take();
                }
                else if (!scanner.Peek().Is("]"))
                {
                    RefuseEnd("Unterminated tuple constructor expression", "There is no corresponding closing bracket before the end of the file. This may be caused by incorrect bracket nesting elsewhere in this file.", opening);
                    throw Diagnostics.Error("Missing item separator", "Expected a comma to mark the beginning of the next item.", Here);
                }
            }

            scanner.Take();
            return 0;
        });
        if (loop is not null)
        {
            return loop;
        }

        return new TupleExpression(elements, Since(open.Start), opening);
    }

    private Expression ParseObject()
    {
        Token open = scanner.Take();
        SourceRange opening = Source.Range(open.Start, open.End);
        bool before = scanner.SetSkipsNewLines(true);
        if (IsFor())
        {
            Expression loop = ParseFor(opening, isObject: true);
            scanner.SetSkipsNewLines(before);
            return loop;
        }

        // Ends of lines separate entries.
        scanner.SetSkipsNewLines(false);
        List<(Expression Key, Expression Value)> entries = [];
        while (true)
        {
            SkipNewLines();
            if (scanner.Peek().Is("}"))
            {
                break;
            }

            RefuseEnd("Unterminated object constructor expression", "There is no corresponding closing brace before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.", opening);
            entries.Add(ParseEntry());
            Token after = scanner.Peek();
            if (after.Is(",") || after.Kind == TokenKind.NewLine)
            {
                scanner.Take();
            }
            else if (!after.Is("}"))
            {
                RefuseEnd("Unterminated object constructor expression", "There is no corresponding closing brace before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.", opening);
                throw Diagnostics.Error("Missing attribute separator", "Expected a newline or comma to mark the beginning of the next attribute.", Here);
            }
        }

        scanner.Take();
        ObjectExpression result = new(entries, Since(open.Start), opening);
        scanner.SetSkipsNewLines(before);
        return result;
    }

    private (Expression Key, Expression Value) ParseEntry()
    {
        Expression key = Parse();
        Token token = scanner.Peek();
        if (!token.Is("=") && !token.Is(":"))
        {
            throw token.Kind switch
            {
                TokenKind.NewLine or TokenKind.Symbol when token.Text is "\n" or "," => Diagnostics.Error("Missing attribute value", "Expected an attribute value, introduced by an equals sign (\"=\").", Here),
                TokenKind.Identifier => Diagnostics.Error("Missing attribute separator", "Expected a newline or comma to mark the beginning of the next attribute.", Here),
                _ => Diagnostics.Error("Missing key/value separator", "Expected an equals sign (\"=\") to mark the beginning of the attribute value.", Here),
            };
        }

        scanner.Take();
        return (new ObjectKeyExpression(key), Parse());
    }

    private void SkipNewLines()
    {
        while (scanner.Peek().Kind == TokenKind.NewLine)
        {
            scanner.Take();
        }
    }

    /// <summary>Whether <c>for</c> and another name follow.</summary>
    private bool IsFor()
    {
        if (scanner.Peek() is not { Kind: TokenKind.Identifier, Text: "for" })
        {
            return false;
        }

        int start = scanner.LastEnd;
        scanner.Take();
        bool isFor = scanner.Peek().Kind == TokenKind.Identifier;
        scanner.MoveTo(start);
        return isFor;
    }

    private ForExpression ParseFor(SourceRange opening, bool isObject)
    {
        int start = opening.Start;
        scanner.Take();
        (string? keyName, string valueName) = ParseForNames();
        Expression collection = Parse();
        if (!scanner.Peek().Is(":"))
        {
            throw Diagnostics.Error("Invalid 'for' expression", "For expression requires a colon after the collection expression.", Here);
        }

        scanner.Take();
        Expression first = Parse();
        Expression? key = null;
        Expression value = first;
        bool groups = false;
        if (scanner.Peek().Is("=>"))
        {
            if (!isObject)
            {
                throw Diagnostics.Error("Invalid 'for' expression", "Key expression is not valid when building a tuple.", Here);
            }

            scanner.Take();
            key = first;
            value = Parse();
            if (scanner.Peek().Is("..."))
            {
                scanner.Take();
                groups = true;
            }
        }
        else if (isObject)
        {
            throw Diagnostics.Error("Invalid 'for' expression", "Key expression is required when building an object.", Here);
        }

        Expression? condition = null;
        if (scanner.Peek() is { Kind: TokenKind.Identifier, Text: "if" })
        {
            scanner.Take();
            condition = Parse();
        }

        if (!scanner.Peek().Is(isObject ? "}" : "]"))
        {
            throw Diagnostics.Error("Invalid 'for' expression", "Extra characters after the end of the 'for' expression.", Here);
        }

        scanner.Take();
        return new(new(keyName, valueName, collection, key, value, condition, groups), Since(start), opening);
    }

    /// <summary>The names of a loop, up to its <c>in</c>.</summary>
    internal (string? Key, string Value) ParseForNames()
    {
        string first = TakeName("For expression requires variable name after 'for'.");
        string? second = null;
        if (scanner.Peek().Is(","))
        {
            scanner.Take();
            second = TakeName("For expression requires value variable name after comma.");
        }

        if (scanner.Peek() is not { Kind: TokenKind.Identifier, Text: "in" })
        {
            throw Diagnostics.Error("Invalid 'for' expression", "For expression requires the 'in' keyword after its name declarations.", Here);
        }

        scanner.Take();
        return second is null ? (null, first) : (first, second);
    }

    private string TakeName(string detail)
    {
        if (scanner.Peek().Kind != TokenKind.Identifier)
        {
            throw Diagnostics.Error("Invalid 'for' expression", detail, Here);
        }

        return scanner.Take().Text;
    }
}
