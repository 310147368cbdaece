using Quai.Bake.Hcl.Functions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>One of two values, as a condition says.</summary>
internal sealed class ConditionalExpression(Expression condition, Expression whenTrue, Expression whenFalse, SourceRange range) : Expression(range)
{
    public override SourceRange StartRange => condition.StartRange;

    public override void Visit(References references)
    {
        condition.Visit(references);
        whenTrue.Visit(references);
        whenFalse.Visit(references);
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        Diagnostics wrongIfTrue = new(), wrongIfFalse = new();
        Value left = whenTrue.Evaluate(scope, wrongIfTrue), right = whenFalse.Evaluate(scope, wrongIfFalse);
        HclType? type = Unification.Unify([left.Type, right.Type]);
        if (type is null)
        {
            wrong.Add("Inconsistent conditional result types", $"The true and false result expressions must have consistent types. {Mismatch.Describe(left.Type, right.Type)}", SourceRange.Between(whenTrue.Range, whenFalse.Range));
            return Value.Unknown;
        }

        Value chosen = condition.Evaluate(scope, wrong);
        if (chosen.IsNull)
        {
            wrong.Add("Null condition", "The condition value is null. Conditions must either be true or false.", condition.Range);
            return Value.Unknown;
        }

        if (!chosen.IsKnown)
        {
            return Value.Unknown;
        }

        if (Conversion.Convert(chosen, HclType.Bool, out _) is not { } isTrue)
        {
            wrong.Add("Incorrect condition type", "The condition expression must be of type bool.", condition.Range);
            return Value.Unknown;
        }

        wrong.Add(isTrue.AsBool ? wrongIfTrue : wrongIfFalse);
        Value result = isTrue.AsBool ? left : right;
        if (Conversion.Convert(result, type, out string? reason) is { } converted)
        {
            return converted;
        }

        wrong.Add("Inconsistent conditional result types", $"The {(isTrue.AsBool ? "true" : "false")} result value has the wrong type: {reason}.", (isTrue.AsBool ? whenTrue : whenFalse).Range);
        return Value.Unknown;
    }
}

/// <summary>A function of one or two values, written as an operator.</summary>
internal sealed class OperatorExpression(Function function, IReadOnlyList<Expression> operands, SourceRange range) : Expression(range)
{
    public override SourceRange StartRange => operands.Count == 2 ? operands[0].StartRange : Range;

    public override void Visit(References references)
    {
        foreach (Expression operand in operands)
        {
            operand.Visit(references);
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        Value[] values = new Value[operands.Count];
        bool failed = false;
        for (int i = 0; i < values.Length; i++)
        {
            Value given = operands[i].Evaluate(scope, wrong);
            if (Conversion.Convert(given, function.Parameters[i].Type, out string? reason) is { } converted)
            {
                values[i] = converted;
                continue;
            }

            string which = operands.Count == 1 ? "unary operand" : i == 0 ? "left operand" : "right operand";
            wrong.Add("Invalid operand", $"Unsuitable value for {which}: {reason}.", operands[i].Range);
            failed = true;
        }

        if (failed || values.Any(value => !value.IsKnown))
        {
            return Value.Unknown;
        }

        try
        {
            return function.Call(values, scope);
        }
        catch (FunctionException e)
        {
            wrong.Add("Operation failed", $"Error during operation: {e.Message}.", Range);
            return Value.Unknown;
        }
    }
}
