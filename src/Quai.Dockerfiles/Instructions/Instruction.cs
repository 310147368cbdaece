using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions;

/// <summary>An instruction of a Dockerfile whose form is right. Variables in it are not expanded yet.</summary>
/// <param name="Node">The instruction as it is written.</param>
public abstract record Instruction(Node Node)
{
    /// <summary>Its name in upper case, such as <c>RUN</c>.</summary>
    public string Name => Node.Command.ToUpperInvariant();

    /// <summary>All of it on one line, as it is shown.</summary>
    public string Text => Node.Text.Trim();

    /// <summary>Where it is.</summary>
    public LineRange Lines => Node.Lines;
}
