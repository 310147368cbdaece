namespace Quai.Bake.Hcl.Expressions;

/// <summary>What expressions refer to: the variables that they do not define themselves, and the functions that they call.</summary>
internal sealed class References
{
    private readonly List<string> _local = [];

    /// <summary>The variables, each with the way into it, in the order of the text.</summary>
    public List<Traversal> Variables { get; } = [];

    /// <summary>The functions' names.</summary>
    public List<string> Functions { get; } = [];

    /// <summary>The references of an expression.</summary>
    public static References Of(Expression expression)
    {
        References found = new();
        expression.Visit(found);
        return found;
    }

    /// <summary>Notes a variable, unless it is a local one.</summary>
    public void Add(Traversal traversal)
    {
        if (!_local.Contains(traversal.Root))
        {
            Variables.Add(traversal);
        }
    }

    /// <summary>Visits an expression in which some names are local.</summary>
    public void Within(IReadOnlyCollection<string> names, Expression? expression)
    {
        _local.AddRange(names);
        expression?.Visit(this);
        _local.RemoveRange(_local.Count - names.Count, names.Count);
    }
}
