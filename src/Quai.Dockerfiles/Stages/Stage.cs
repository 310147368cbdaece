using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Steps;

namespace Quai.Dockerfiles.Stages;

/// <summary>A part of a Dockerfile that begins with FROM and makes one image.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="From">What begins it.</param>
/// <param name="Instructions">What follows.</param>
public sealed record Stage(int Index, FromInstruction From, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>Its name in lower case; empty for none.</summary>
    public string Name => From.StageName;

    /// <summary>What the comment before it says of it, where that begins with its name; empty for nothing.</summary>
    public string Description => Descriptions.Find(From.Node.Comments, Name);
}
