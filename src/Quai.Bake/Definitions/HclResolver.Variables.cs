using Quai.Bake.Hcl;
using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Hcl.Functions;
using Quai.Bake.Hcl.Json;
using Quai.Bake.Plans;
using Quai.Bake.Values;

namespace Quai.Bake.Definitions;

internal sealed partial class HclResolver
{
    private sealed record Variable(string Name, Body Body, HclAttribute? Default, HclAttribute? Type, string Description, IReadOnlyList<HclBlock> Validations)
    {
        public HclType? DeclaredType { get; init; }
    }

    private readonly Dictionary<string, Variable> _variables = [];
    private readonly HashSet<(Scope, string)> _valuesInProgress = [];

    private void ReadVariables()
    {
        foreach (HclBlock block in _bodies.SelectMany(body => body.Blocks("variable", 1)))
        {
            Dictionary<string, HclAttribute> attributes = block.Body.Attributes(["validation"]).ToDictionary(attribute => attribute.Name);
            string description = "";
            if (attributes.TryGetValue("description", out HclAttribute? text))
            {
                description = DecodeConstant(text.Expression);
            }

            string name = block.Labels[0];
            if (!IsReserved(name))
            {
                _variables[name] = new(name, block.Body, attributes.GetValueOrDefault("default"), attributes.GetValueOrDefault("type"), description, [.. block.Body.Blocks("validation", 0)]);
            }
        }
    }

    private static string DecodeConstant(Expression expression)
    {
        Diagnostics wrong = new();
        Traversal? variable = References.Of(expression).Variables.FirstOrDefault();
        if (variable is not null)
        {
            wrong.Add("Variables not allowed", "Variables may not be used here.", variable.RootRange);
            wrong.Add("Unsuitable value type", "Unsuitable value: value must be known", expression.StartRange);
            throw wrong.ToException();
        }

        Value value = expression.Evaluate(new Scope(), wrong);
        wrong.Throw();
        return Conversion.ToText(value) ?? (value.IsNull ? "" : throw Diagnostics.Error("Unsuitable value type", "Unsuitable value: string required", expression.StartRange));
    }

    private void ResolveVariables()
    {
        foreach (Variable variable in _variables.Values)
        {
            AsDiagnostic("Invalid value", variable.Body.MissingItemRange, () => ResolveValue(_scope, variable.Name));
        }

        Diagnostics wrong = new();
        foreach (Variable variable in _variables.Values)
        {
            Value value = _scope.Variables[variable.Name];
            string? text = value.IsNull ? null : value.Type.Kind == TypeKind.String ? value.AsString : variable.Type is not null && DeclaredType(variable)!.Kind == TypeKind.Dynamic ? ValueJson.WriteWithType(value) : ValueJson.Write(value);
            string type = variable.Type is null ? "" : DeclaredType(variable)!.FriendlyNameAsConstraint;
            _definition.Variables.Add(new(variable.Name, type, text, variable.Description));
            foreach (HclBlock validation in variable.Validations)
            {
                Validate(validation, wrong);
            }
        }

        wrong.Throw();
    }

    private void Validate(HclBlock validation, Diagnostics wrong)
    {
        Dictionary<string, HclAttribute> attributes = validation.Body.Attributes([]).ToDictionary(attribute => attribute.Name);
        SourceRange missing = validation.Body.MissingItemRange;
        HclAttribute? condition = attributes.GetValueOrDefault("condition");
        Value holds = condition?.Expression.Evaluate(_scope, wrong) ?? Value.Null;
        if (holds.IsNull)
        {
            wrong.Add("Invalid condition result", "Condition expression must return either true or false, not null.", condition?.Expression.Range ?? missing);
        }
        else if (holds.IsKnown && Conversion.Convert(holds, HclType.Bool, out string? reason) is not { AsBool: true } and var isFalse)
        {
            Value message = attributes.GetValueOrDefault("error_message")?.Expression.Evaluate(_scope, wrong) ?? Value.String("");
            if (isFalse is null)
            {
                wrong.Add("Invalid condition result", $"Invalid condition result value: {reason}.", condition!.Expression.Range);
            }
            else if (message.IsKnown)
            {
                wrong.Add("Validation failed", Conversion.ToText(message) ?? "", condition!.Expression.Range);
            }
        }
    }

    /// <summary>The type that a variable is declared with.</summary>
    private static HclType? DeclaredType(Variable variable)
    {
        if (variable.Type is not { } declared)
        {
            return null;
        }

        Expression expression = declared.Expression is JsonExpression json ? json.AsNative() ?? json : declared.Expression;
        return TypeConstraint.Read(expression, isConstraint: true);
    }

    /// <summary>Has a name's value in the scope.</summary>
    private void ResolveValue(Scope scope, string name)
    {
        if (_scope.Variables.ContainsKey(name) || scope.Variable(name) is not null)
        {
            return;
        }

        if (!_valuesInProgress.Add((scope, name)))
        {
            throw new ReferenceException($"variable cycle not allowed for {name}");
        }

        _scope.Charge(1);
        _attributes.TryGetValue(name, out HclAttribute? definition);
        _variables.TryGetValue(name, out Variable? variable);
        if (_builtIn.TryGetValue(name, out string? builtIn))
        {
            _scope.Variables[name] = Value.String(builtIn);
            return;
        }

        if (definition is null)
        {
            if (variable is null)
            {
                throw new UndefinedException($"variable \"{name}\" does not exist");
            }

            definition = variable.Default;
            scope = _scope;
        }

        HclType? type = variable is null ? null : DeclaredType(variable);
        Value value = definition is null ? type is null ? Value.String(_options.Lookup(name) ?? "") : Value.NullOf(type) : DefaultValue(definition, scope, name, type);
        _scope.Variables[name] = variable is null || (definition is null && type is null) ? value : Overridden(name, value, type);
    }

    private Value DefaultValue(HclAttribute definition, Scope scope, string name, HclType? type)
    {
        LoadReferences(scope, definition.Expression, null, allowsMissing: true);
        Diagnostics wrong = new();
        Value value = definition.Expression.Evaluate(scope, wrong);
        wrong.Throw();
        if (type is null)
        {
            return value;
        }

        return Conversion.Convert(value, type, out string? reason)
            ?? throw new ReferenceException($"invalid type {type.FriendlyName} for variable {name} default value: {reason}");
    }

    /// <summary>The value that the environment has for a variable, read as the type of its own value.</summary>
    private Value Overridden(string name, Value value, HclType? type)
    {
        if (type is not null && _options.Lookup(name + "_JSON") is { } json)
        {
            return VariableReader.FromJson(name, json, type);
        }

        return _options.Lookup(name) is { } text ? VariableReader.FromText(name, text, value, type) : value;
    }
}
