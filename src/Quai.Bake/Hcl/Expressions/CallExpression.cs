using Quai.Bake.Hcl.Functions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>A call of a function.</summary>
/// <param name="name">The function's name.</param>
/// <param name="arguments">The arguments.</param>
/// <param name="expandsLast">Whether the last one is a list of arguments.</param>
/// <param name="range">All of it.</param>
/// <param name="nameRange">The name.</param>
/// <param name="closing">The closing parenthesis.</param>
internal sealed class CallExpression(string name, IReadOnlyList<Expression> arguments, bool expandsLast, SourceRange range, SourceRange nameRange, SourceRange closing)
    : Expression(range)
{
    /// <summary>The function's name.</summary>
    public string Name => name;

    /// <summary>The closing parenthesis.</summary>
    public SourceRange Closing => closing;

    /// <summary>The arguments.</summary>
    public IReadOnlyList<Expression> Arguments => arguments;

    public override SourceRange StartRange => new(nameRange.Source, nameRange.Start, nameRange.End + 1);

    public override void Visit(References references)
    {
        references.Functions.Add(name);
        if (name == "convert" && arguments.Count == 2)
        {
            // The second argument is a type.
            arguments[0].Visit(references);
            return;
        }

        foreach (Expression argument in arguments)
        {
            argument.Visit(references);
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        if (scope.Function(name) is not { } function)
        {
            string? similar = scope.Outwards().Select(one => Suggestion.For(name, one.Functions.Keys)).FirstOrDefault(one => one is not null);
            wrong.Add("Call to unknown function", $"There is no function named \"{name}\".{(similar is null ? "" : $" Did you mean \"{similar}\"?")}", nameRange);
            return Value.Unknown;
        }

        if (function.Special is { } special)
        {
            return special(this, scope, wrong);
        }

        List<(Value Value, SourceRange Range)> given = [];
        if (!Collect(given, scope, wrong) || !HasRightCount(function, given, wrong))
        {
            return Value.Unknown;
        }

        return Call(function, given, scope, wrong);
    }

    /// <summary>Notes a failure of the function as a whole.</summary>
    public Value Fail(string message, Diagnostics wrong)
    {
        wrong.Add("Error in function call", $"Call to function \"{name}\" failed: {message}.", StartRange);
        return Value.Unknown;
    }

    private Value Call(Function function, List<(Value Value, SourceRange Range)> given, Scope scope, Diagnostics wrong)
    {
        Value[] values = new Value[given.Count];
        bool failed = false;
        for (int i = 0; i < values.Length; i++)
        {
            Parameter parameter = function.ParameterAt(i);
            Value? converted = Conversion.Convert(given[i].Value, parameter.Type, out string? reason);
            if (converted is { IsNull: true } && !parameter.AllowsNull)
            {
                (converted, reason) = (null, "argument must not be null");
            }

            if (converted is null)
            {
                wrong.Add("Invalid function argument", $"Invalid value for \"{parameter.Name}\" parameter: {reason}.", given[i].Range);
                failed = true;
                continue;
            }

            scope.Charge(converted.Size);
            values[i] = converted;
        }

        if (failed || values.Any(value => !value.IsWhollyKnown))
        {
            return Value.Unknown;
        }

        try
        {
            return function.Call(values, scope);
        }
        catch (FunctionException e) when (e.Argument is { } index)
        {
            wrong.Add("Invalid function argument", $"Invalid value for \"{function.ParameterAt(index).Name}\" parameter: {e.Message}.", given[index].Range);
            return Value.Unknown;
        }
        catch (FunctionException e)
        {
            return Fail(e.Message, wrong);
        }
    }

    private bool Collect(List<(Value Value, SourceRange Range)> given, Scope scope, Diagnostics wrong)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            Value value = arguments[i].Evaluate(scope, wrong);
            if (!expandsLast || i < arguments.Count - 1)
            {
                given.Add((value, arguments[i].StartRange));
                continue;
            }

            if (!value.IsKnown)
            {
                return false;
            }

            if (value.IsNull || !value.Type.IsSequence)
            {
                wrong.Add("Invalid expanding argument value", value.IsNull
                    ? "The expanding argument (indicated by ...) must not be null."
                    : "The expanding argument (indicated by ...) must be of a tuple, list, or set type.", arguments[i].Range);
                return false;
            }

            scope.Charge(value.Count);
            given.AddRange(value.Items.Select(item => (item, arguments[^1].StartRange)));
        }

        return true;
    }

    private bool HasRightCount(Function function, List<(Value Value, SourceRange Range)> given, Diagnostics wrong)
    {
        if (given.Count < function.Parameters.Count)
        {
            string missing = function.Parameters[given.Count].Name;
            string least = function.Variadic is null ? "" : " at least";
            wrong.Add("Not enough function arguments", $"Function \"{name}\" expects{least} {function.Parameters.Count} argument(s). Missing value for \"{missing}\".", closing);
            return false;
        }

        if (function.Variadic is null && given.Count > function.Parameters.Count)
        {
            wrong.Add("Too many function arguments", $"Function \"{name}\" expects only {function.Parameters.Count} argument(s).", given[function.Parameters.Count].Range);
            return false;
        }

        return true;
    }
}
