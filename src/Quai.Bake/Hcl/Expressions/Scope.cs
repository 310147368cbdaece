using System.Runtime.CompilerServices;
using Quai.Bake.Hcl.Functions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>The variables and functions that an expression sees: its own and those of the scopes around it.</summary>
internal sealed class Scope
{
    private readonly Budget _budget;

    public Scope()
        : this(null, new Budget())
    {
    }

    private Scope(Scope? parent, Budget budget) => (Parent, _budget) = (parent, budget);

    /// <summary>The scope around it.</summary>
    public Scope? Parent { get; }

    /// <summary>Its own variables.</summary>
    public Dictionary<string, Value> Variables { get; } = [];

    /// <summary>Its own functions.</summary>
    public Dictionary<string, Function> Functions { get; } = [];

    /// <summary>A scope within it.</summary>
    public Scope Child() => new(this, _budget);

    /// <summary>A variable of it or of those around it.</summary>
    public Value? Variable(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.Variables.TryGetValue(name, out Value? value))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A function of it or of those around it.</summary>
    public Function? Function(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.Functions.TryGetValue(name, out Function? function))
            {
                return function;
            }
        }

        return null;
    }

    /// <summary>The scopes from here outwards.</summary>
    public IEnumerable<Scope> Outwards()
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            yield return scope;
        }
    }

    /// <summary>Counts what is about to be done, so that no file keeps its reader busy for ever or exhausts the stack.</summary>
    /// <exception cref="BakeException">It is too much.</exception>
    public void Charge(long steps)
    {
        _budget.Steps += steps;
        if (_budget.Steps > Limits.MostSteps)
        {
            throw new BakeException("the bake definition takes too long to evaluate");
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new BakeException("the bake definition is nested too deeply");
        }
    }

    private sealed class Budget
    {
        public long Steps { get; set; }
    }
}
