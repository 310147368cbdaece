namespace Quai.Compose.Yaml;

/// <summary>A node of a compose file.</summary>
public abstract class ComposeNode
{
    /// <summary>Where it is written; null where it was not read from a file.</summary>
    public ComposePlace? Place { get; internal init; }

    /// <summary>Another node with the same content, that can be changed by itself.</summary>
    internal abstract ComposeNode Copy();

    /// <summary>Whether another node has the same content, wherever it is written.</summary>
    internal abstract bool SameAs(ComposeNode other);

    /// <summary>Whether it is null.</summary>
    internal bool IsNull => this is ComposeScalar { Kind: ScalarKind.Null };
}
