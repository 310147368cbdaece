using System.Text;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>A value as it is written.</summary>
internal sealed class LiteralExpression(Value value, SourceRange range, string? keyword = null) : Expression(range)
{
    public Value Value => value;

    public override string? Keyword => keyword;

    public override void Visit(References references)
    {
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong) => value;
}

/// <summary>An expression in parentheses.</summary>
internal sealed class ParenthesesExpression(Expression inner, SourceRange range) : Expression(range)
{
    public override void Visit(References references) => inner.Visit(references);

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong) => inner.Evaluate(scope, wrong);
}

/// <summary>Text with parts that are evaluated.</summary>
internal sealed class TemplateExpression(IReadOnlyList<Expression> parts, SourceRange range) : Expression(range)
{
    /// <summary>Literal text, and what is between it.</summary>
    public IReadOnlyList<Expression> Parts => parts;

    public override SourceRange StartRange => parts.Count > 0 ? parts[0].StartRange : Range;

    public override void Visit(References references)
    {
        foreach (Expression part in parts)
        {
            part.Visit(references);
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        StringBuilder text = new();
        bool isKnown = true;
        foreach (Expression part in parts)
        {
            Value value = part.Evaluate(scope, wrong);
            if (value.IsNull)
            {
                wrong.Add("Invalid template interpolation value", "The expression result is null. Cannot include a null value in a string template.", part.Range);
            }
            else if (!value.IsKnown)
            {
                isKnown = false;
            }
            else if (Conversion.ToText(value) is { } piece)
            {
                scope.Charge(piece.Length / 8);
                text.Append(piece);
                Limits.Checked(text.Length / 8);
            }
            else
            {
                wrong.Add("Invalid template interpolation value", "Cannot include the given value in a string template: string required.", part.Range);
            }
        }

        return isKnown ? Value.String(text.ToString()) : Value.Unknown;
    }
}

/// <summary>A template that is nothing but one interpolation: the value itself, of whatever type.</summary>
internal sealed class TemplateWrapExpression(Expression wrapped, SourceRange range) : Expression(range)
{
    public override void Visit(References references) => wrapped.Visit(references);

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong) => wrapped.Evaluate(scope, wrong);
}

/// <summary>The pieces that a loop in a template yields, one after another.</summary>
internal sealed class TemplateJoinExpression(Expression pieces) : Expression(pieces.Range)
{
    public override SourceRange StartRange => pieces.StartRange;

    public override void Visit(References references) => pieces.Visit(references);

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        Value all = pieces.Evaluate(scope, wrong);
        if (!all.IsKnown || all.IsNull)
        {
            return Value.Unknown;
        }

        StringBuilder text = new();
        foreach (Value piece in all.Items)
        {
            if (!piece.IsKnown)
            {
                return Value.Unknown;
            }

            if (Conversion.ToText(piece) is not { } literal)
            {
                wrong.Add("Invalid template interpolation value", "An iteration result is null. Cannot include a null value in a string template.", Range);
                return Value.Unknown;
            }

            text.Append(literal);
        }

        return Value.String(text.ToString());
    }
}
