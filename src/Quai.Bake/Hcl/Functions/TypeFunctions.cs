using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>Functions of expressions: conversions to types, and what is done about errors.</summary>
internal static class TypeFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.AddSpecial("convert", ConvertTo);
        table.AddSpecial("can", Can);
        table.AddSpecial("try", Try);
    }

    private static Value Can(CallExpression call, Scope scope, Diagnostics wrong)
    {
        if (call.Arguments.Count != 1)
        {
            if (call.Arguments.Count == 0)
            {
                wrong.Add("Not enough function arguments", "Function \"can\" expects 1 argument(s). Missing value for \"expression\".", call.Closing);
            }
            else
            {
                wrong.Add("Too many function arguments", "Function \"can\" expects only 1 argument(s).", call.Arguments[1].StartRange);
            }

            return Value.Unknown;
        }

        Diagnostics inner = new();
        call.Arguments[0].Evaluate(scope, inner);
        return Value.Bool(!inner.Any);
    }

    private static Value Try(CallExpression call, Scope scope, Diagnostics wrong)
    {
        if (call.Arguments.Count == 0)
        {
            return call.Fail("at least one argument is required", wrong);
        }

        Diagnostics[] failures = new Diagnostics[call.Arguments.Count];
        for (int i = 0; i < failures.Length; i++)
        {
            failures[i] = new();
            Value value = call.Arguments[i].Evaluate(scope, failures[i]);
            if (!failures[i].Any)
            {
                return value;
            }
        }

        return call.Fail("no expression succeeded:\n" + string.Concat(failures.Select(failure => failure.Listed)) + "\nAt least one expression must produce a successful result", wrong);
    }

    private static Value ConvertTo(CallExpression call, Scope scope, Diagnostics wrong)
    {
        if (call.Arguments.Count != 2)
        {
            wrong.Add(call.Arguments.Count < 2 ? "Not enough function arguments" : "Too many function arguments", call.Arguments.Count < 2
                ? $"Function \"convert\" expects 2 argument(s). Missing value for \"{(call.Arguments.Count == 0 ? "value" : "type")}\"."
                : "Function \"convert\" expects only 2 argument(s).", call.Range);
            return Value.Unknown;
        }

        HclType type = TypeConstraint.Read(call.Arguments[1], isConstraint: true);
        Value value = call.Arguments[0].Evaluate(scope, wrong);
        if (!value.IsKnown)
        {
            return Value.Unknown;
        }

        if (Conversion.Convert(value, type, out string? reason) is { } converted)
        {
            return converted;
        }

        wrong.Add("Invalid function argument", $"Invalid value for \"value\" parameter: {reason}.", call.Arguments[0].StartRange);
        return Value.Unknown;
    }
}
