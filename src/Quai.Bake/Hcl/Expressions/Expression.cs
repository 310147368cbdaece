using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>An expression.</summary>
/// <param name="range">All of it.</param>
internal abstract class Expression(SourceRange range)
{
    /// <summary>All of it.</summary>
    public SourceRange Range { get; } = range;

    /// <summary>The part by which messages point to it.</summary>
    public virtual SourceRange StartRange => Range;

    /// <summary>Its value; unknown where something is wrong, which is added to the diagnostics.</summary>
    public Value Evaluate(Scope scope, Diagnostics wrong)
    {
        scope.Charge(1);
        return EvaluateCore(scope, wrong);
    }

    /// <summary>Its value.</summary>
    protected abstract Value EvaluateCore(Scope scope, Diagnostics wrong);

    /// <summary>Notes what it refers to.</summary>
    public abstract void Visit(References references);

    /// <summary>The name that it is, where it is nothing but a name.</summary>
    public virtual string? Keyword => null;

    /// <summary>The expressions of a list as it is written; null where it is none.</summary>
    public virtual IReadOnlyList<Expression>? Elements => null;
}
