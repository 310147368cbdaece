using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>LABEL: labels of the image.</summary>
/// <param name="Node">The instruction as it is written.</param>
public sealed record LabelInstruction(Node Node) : Instruction(Node)
{
    /// <summary>The labels.</summary>
    public IReadOnlyList<KeyValue> Labels => Node.Pairs;
}
