using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>A list as it is written.</summary>
internal sealed class TupleExpression(IReadOnlyList<Expression> elements, SourceRange range, SourceRange open) : Expression(range)
{
    public override SourceRange StartRange => open;

    public override IReadOnlyList<Expression> Elements => elements;

    public override void Visit(References references)
    {
        foreach (Expression element in elements)
        {
            element.Visit(references);
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong) => Value.Tuple([.. elements.Select(element => element.Evaluate(scope, wrong))]);
}

/// <summary>An object as it is written.</summary>
internal sealed class ObjectExpression(IReadOnlyList<(Expression Key, Expression Value)> entries, SourceRange range, SourceRange open) : Expression(range)
{
    /// <summary>The entries as they are written.</summary>
    public IReadOnlyList<(Expression Key, Expression Value)> Entries => entries;

    public override SourceRange StartRange => open;

    public override void Visit(References references)
    {
        foreach ((Expression key, Expression value) in entries)
        {
            key.Visit(references);
            value.Visit(references);
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        List<KeyValuePair<string, Value>> result = [];
        bool isKnown = true;
        foreach ((Expression key, Expression value) in entries)
        {
            Value name = key.Evaluate(scope, wrong), content = value.Evaluate(scope, wrong);
            if (name.IsNull)
            {
                wrong.Add("Null value as key", "Can't use a null value as a key.", key.Range);
            }
            else if (name.IsKnown && Conversion.Convert(name, HclType.String, out string? reason) is null)
            {
                wrong.Add("Incorrect key type", $"Can't use this value as a key: {reason}.", key.Range);
                isKnown = false;
            }

            if (Conversion.ToText(name) is { } text)
            {
                result.Add(new(text, content));
            }
            else
            {
                isKnown = false;
            }
        }

        return isKnown ? Value.Object(result) : Value.Unknown;
    }
}

/// <summary>The key of an object's entry: a bare name means itself.</summary>
internal sealed class ObjectKeyExpression(Expression wrapped) : Expression(wrapped.Range)
{
    public override SourceRange StartRange => wrapped.StartRange;

    public override string? Keyword => wrapped.Keyword;

    public override void Visit(References references)
    {
        if (wrapped.Keyword is null)
        {
            wrapped.Visit(references);
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        if (wrapped.Keyword is { } keyword)
        {
            return Value.String(keyword);
        }

        if (wrapped is ScopeTraversalExpression)
        {
            wrong.Add("Ambiguous attribute key", "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a literal name containing periods, wrap it in quotes to create a string literal.", Range);
            return Value.Unknown;
        }

        return wrapped.Evaluate(scope, wrong);
    }
}

/// <summary>A list or an object made from a collection: <c>[for …]</c>, <c>{for …}</c>.</summary>
internal sealed record ForParts(string? KeyName, string ValueName, Expression Collection, Expression? Key, Expression Value, Expression? Condition, bool Groups);

/// <inheritdoc cref="ForParts"/>
internal sealed class ForExpression(ForParts parts, SourceRange range, SourceRange open) : Expression(range)
{
    public override SourceRange StartRange => open;

    public override void Visit(References references)
    {
        parts.Collection.Visit(references);
        string[] names = parts.KeyName is { } key ? [key, parts.ValueName] : [parts.ValueName];
        references.Within(names, parts.Key);
        references.Within(names, parts.Value);
        references.Within(names, parts.Condition);
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        Value collection = parts.Collection.Evaluate(scope, wrong);
        if (!collection.IsKnown)
        {
            return Value.Unknown;
        }

        if (collection.IsNull)
        {
            wrong.Add("Iteration over null value", "A null value cannot be used as the collection in a 'for' expression.", parts.Collection.Range);
            return Value.Unknown;
        }

        if (!collection.Type.IsSequence && !collection.Type.IsMapping)
        {
            wrong.Add("Iteration over non-iterable value", $"A value of type {collection.Type.FriendlyName} cannot be used as the collection in a 'for' expression.", parts.Collection.Range);
            return Value.Unknown;
        }

        return parts.Key is null ? MakeTuple(collection, scope, wrong) : MakeObject(collection, parts.Key, scope, wrong);
    }

    private Value MakeTuple(Value collection, Scope scope, Diagnostics wrong)
    {
        List<Value> results = [];
        bool isKnown = true;
        foreach (Scope one in Iterations(collection, scope))
        {
            if (IsIncluded(one, wrong, ref isKnown))
            {
                results.Add(parts.Value.Evaluate(one, wrong));
            }
        }

        return isKnown ? Value.Tuple(results) : Value.Unknown;
    }

    private Value MakeObject(Value collection, Expression keyExpression, Scope scope, Diagnostics wrong)
    {
        Dictionary<string, List<Value>> results = [];
        bool isKnown = true;
        foreach (Scope one in Iterations(collection, scope))
        {
            if (!IsIncluded(one, wrong, ref isKnown))
            {
                continue;
            }

            Value key = keyExpression.Evaluate(one, wrong);
            if (key.IsNull)
            {
                wrong.Add("Invalid object key", "Key expression in 'for' expression must not produce a null value.", keyExpression.Range);
            }
            else if (key.IsKnown && Conversion.ToText(key) is null)
            {
                wrong.Add("Invalid object key", "The key expression produced an invalid result: a string is required.", keyExpression.Range);
            }

            if (Conversion.ToText(key) is not { } name)
            {
                isKnown = false;
                continue;
            }

            Value value = parts.Value.Evaluate(one, wrong);
            if (!results.TryGetValue(name, out List<Value>? values))
            {
                results[name] = [value];
            }
            else if (parts.Groups)
            {
                values.Add(value);
            }
            else
            {
                wrong.Add("Duplicate object key", $"Two different items produced the key \"{name}\" in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.", keyExpression.Range);
                isKnown = false;
            }
        }

        return isKnown ? Value.Object(results.Select(entry => KeyValuePair.Create(entry.Key, parts.Groups ? Value.Tuple(entry.Value) : entry.Value[0]))) : Value.Unknown;
    }

    private IEnumerable<Scope> Iterations(Value collection, Scope scope)
    {
        bool isMap = collection.Type.IsMapping;
        bool isSet = collection.Type.Kind == TypeKind.Set;
        string[] names = isMap ? [.. collection.AsMap.Keys] : [];
        IReadOnlyList<Value> items = collection.Items;
        for (int i = 0; i < items.Count; i++)
        {
            scope.Charge(4);
            Scope one = scope.Child();
            if (parts.KeyName is { } keyName)
            {
                one.Variables[keyName] = isMap ? Value.String(names[i]) : isSet ? items[i] : Value.Number(i);
            }

            one.Variables[parts.ValueName] = items[i];
            yield return one;
        }
    }

    private bool IsIncluded(Scope scope, Diagnostics wrong, ref bool isKnown)
    {
        if (parts.Condition is not { } condition)
        {
            return true;
        }

        Value include = condition.Evaluate(scope, wrong);
        if (include.IsKnown && !include.IsNull)
        {
            if (Conversion.Convert(include, HclType.Bool, out string? reason) is { } converted)
            {
                return converted.AsBool;
            }

            wrong.Add("Invalid 'for' condition", $"The 'if' clause value is invalid: {reason}.", condition.Range);
        }
        else if (include.IsNull)
        {
            wrong.Add("Condition is null", "The value of the 'if' clause must not be null.", condition.Range);
        }

        isKnown = false;
        return false;
    }
}
