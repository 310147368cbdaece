using Quai.Bake.Hcl;
using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Hcl.Functions;
using Quai.Bake.Values;

namespace Quai.Bake.Definitions;

internal sealed partial class HclResolver
{
    private sealed record UserFunction(HclBlock Block, HclAttribute? Parameters, HclAttribute? Variadic, HclAttribute? Result);

    private readonly Dictionary<string, UserFunction> _functions = [];
    private readonly HashSet<string> _functionsInProgress = [];

    private void ReadFunctions()
    {
        foreach (HclBlock block in _bodies.SelectMany(body => body.Blocks("function", 1)))
        {
            Dictionary<string, HclAttribute> attributes = block.Body.Attributes([]).ToDictionary(attribute => attribute.Name);
            if (attributes.Values.FirstOrDefault(attribute => attribute.Name is not ("params" or "variadic_params" or "result")) is { } unknown)
            {
                string? similar = Suggestion.For(unknown.Name, ["params", "variadic_params", "result"]);
                throw Diagnostics.Error("Unsupported argument", $"An argument named \"{unknown.Name}\" is not expected here.{(similar is null ? "" : $" Did you mean \"{similar}\"?")}", unknown.NameRange);
            }

            if (!IsReserved(block.Labels[0]))
            {
                _functions[block.Labels[0]] = new(block, attributes.GetValueOrDefault("params"), attributes.GetValueOrDefault("variadic_params"), attributes.GetValueOrDefault("result"));
            }
        }
    }

    private void ResolveFunctions()
    {
        foreach ((string name, UserFunction function) in _functions)
        {
            AsDiagnostic("Invalid function", function.Parameters?.Range ?? function.Block.LabelRanges[0], () => ResolveFunction(name));
        }
    }

    private void ResolveFunction(string name)
    {
        if (_scope.Functions.ContainsKey(name))
        {
            return;
        }

        if (!_functions.TryGetValue(name, out UserFunction? function))
        {
            throw new UndefinedException($"function \"{name}\" does not exist");
        }

        if (!_functionsInProgress.Add(name))
        {
            throw new ReferenceException($"function cycle not allowed for {name}");
        }

        Expression result = function.Result?.Expression ?? throw new ReferenceException($"empty result not allowed for {name}");
        Expression parameters = function.Parameters?.Expression ?? throw new ReferenceException($"empty params not allowed for {name}");
        IReadOnlyList<Expression> list = parameters.Elements
            ?? throw Diagnostics.Error("Invalid expression", "A static list expression is required.", parameters.Range);
        List<Parameter> all = [.. list.Select(AsParameter)];
        Parameter? variadic = function.Variadic is { } more ? AsParameter(more.Expression) : null;
        HashSet<string> local = [.. all.Select(parameter => parameter.Name), .. variadic is null ? (IEnumerable<string>)[] : [variadic.Name]];
        LoadReferences(_scope, result, local, allowsMissing: false);
        _scope.Functions[name] = new(all, variadic, (arguments, _) => CallUser(result, all, variadic, arguments));
    }

    private static Parameter AsParameter(Expression expression) => expression.Keyword is { } name
        ? new(name, HclType.Dynamic)
        : throw Diagnostics.Error("Invalid param element", "Each parameter name must be an identifier.", expression.Range);

    private Value CallUser(Expression result, List<Parameter> parameters, Parameter? variadic, Value[] arguments)
    {
        Scope scope = _scope.Child();
        for (int i = 0; i < parameters.Count; i++)
        {
            scope.Variables[parameters[i].Name] = arguments[i];
        }

        if (variadic is not null)
        {
            scope.Variables[variadic.Name] = Value.Tuple(arguments.Skip(parameters.Count));
        }

        Diagnostics wrong = new();
        Value value = result.Evaluate(scope, wrong);
        return wrong.Any ? throw new FunctionException(wrong.Message) : value;
    }
}
