using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>ENV: variables of the image and of the steps that follow.</summary>
/// <param name="Node">The instruction as it is written.</param>
public sealed record EnvInstruction(Node Node) : Instruction(Node)
{
    /// <summary>The variables.</summary>
    public IReadOnlyList<KeyValue> Variables => Node.Pairs;
}
