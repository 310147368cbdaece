using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>A variable, or something within it.</summary>
internal sealed class ScopeTraversalExpression(Traversal traversal, SourceRange range) : Expression(range)
{
    public Traversal Traversal => traversal;

    public override string? Keyword => traversal.Steps.Count == 0 ? traversal.Root : null;

    public override void Visit(References references) => references.Add(traversal);

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        if (scope.Variable(traversal.Root) is { } value)
        {
            return Access.Follow(value, traversal.Steps, wrong);
        }

        string? similar = scope.Outwards().Select(one => Suggestion.For(traversal.Root, one.Variables.Keys)).FirstOrDefault(name => name is not null);
        wrong.Add("Unknown variable", $"There is no variable named \"{traversal.Root}\".{(similar is null ? "" : $" Did you mean \"{similar}\"?")}", traversal.RootRange);
        return Value.Unknown;
    }
}

/// <summary>Something within an expression's value.</summary>
internal sealed class RelativeTraversalExpression(Expression source, IReadOnlyList<TraversalStep> steps, SourceRange range) : Expression(range)
{
    public override SourceRange StartRange => Range;

    public override void Visit(References references) => source.Visit(references);

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong) => Access.Follow(source.Evaluate(scope, wrong), steps, wrong);
}

/// <summary>An element by an index that is evaluated.</summary>
internal sealed class IndexExpression(Expression collection, Expression key, SourceRange range, SourceRange brackets) : Expression(range)
{
    public override void Visit(References references)
    {
        collection.Visit(references);
        key.Visit(references);
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong) =>
        Access.Index(collection.Evaluate(scope, wrong), key.Evaluate(scope, wrong), brackets, wrong);
}

/// <summary>The same of every element: <c>list[*].name</c>, <c>list.*.name</c>.</summary>
internal sealed class SplatExpression(Expression source, IReadOnlyList<Func<Value, Scope, Diagnostics, Value>> steps, IReadOnlyList<Expression> keys, SourceRange range, SourceRange marker) : Expression(range)
{
    public override void Visit(References references)
    {
        source.Visit(references);
        foreach (Expression key in keys)
        {
            key.Visit(references);
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        Value value = source.Evaluate(scope, wrong);
        if (!value.IsKnown)
        {
            return Value.Unknown;
        }

        if (value.IsNull)
        {
            if (value.Type.IsSequence)
            {
                wrong.Add("Splat of null value", "Splat expressions (with the * symbol) cannot be applied to null sequences.", marker);
                return Value.Unknown;
            }

            return Value.Tuple([]);
        }

        // What is no sequence counts as one of one element.
        IReadOnlyList<Value> items = value.Type.IsSequence ? value.Items : [value];
        scope.Charge(items.Count * (steps.Count + 1));
        List<Value> results = new(items.Count);
        foreach (Value item in items)
        {
            Value result = item;
            foreach (Func<Value, Scope, Diagnostics, Value> step in steps)
            {
                result = step(result, scope, wrong);
            }

            results.Add(result);
        }

        return value.Type.Kind is TypeKind.List or TypeKind.Set && results.Count > 0 && results.All(result => result.Type.Equals(results[0].Type))
            ? Value.List(results[0].Type, results)
            : Value.Tuple(results);
    }
}
