using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions;

/// <summary>An instruction that is known and whose parts have been told apart. Variables in it are not yet expanded.</summary>
/// <param name="Node">It as it is written.</param>
public abstract record Instruction(Node Node)
{
    /// <summary>Its name in capitals.</summary>
    public string Name => Node.Command.ToUpperInvariant();

    /// <summary>Where it is.</summary>
    public LineRange Lines => Node.Lines;

    /// <summary>All of it on one line, without here-documents.</summary>
    public string Text => Node.Text.Trim();
}
