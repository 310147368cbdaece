using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>A parameter of a function.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Type">What arguments are converted to.</param>
/// <param name="AllowsNull">Whether null is an argument.</param>
internal sealed record Parameter(string Name, HclType Type, bool AllowsNull = false);

/// <summary>A function of values.</summary>
/// <param name="parameters">Its parameters.</param>
/// <param name="variadic">The parameter of all further arguments.</param>
/// <param name="body">What it does.</param>
internal sealed class Function(IReadOnlyList<Parameter> parameters, Parameter? variadic, Func<Value[], Scope, Value> body)
{
    /// <summary>Its parameters.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>The parameter of all further arguments.</summary>
    public Parameter? Variadic => variadic;

    /// <summary>What a function does that takes expressions instead of values.</summary>
    public Func<CallExpression, Scope, Diagnostics, Value>? Special { get; init; }

    /// <summary>The parameter of the argument at an index.</summary>
    public Parameter ParameterAt(int index) => index < parameters.Count ? parameters[index] : variadic!;

    /// <summary>Its result; the arguments are of the parameters' types and known.</summary>
    /// <exception cref="FunctionException">It has none.</exception>
    public Value Call(Value[] arguments, Scope scope)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].IsNull && !ParameterAt(i).AllowsNull)
            {
                throw new FunctionException("argument must not be null", i);
            }
        }

        return body(arguments, scope);
    }
}
