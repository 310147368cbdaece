using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Steps;

namespace Quai.Dockerfiles.Stages;

/// <summary>A stage: what is made from one FROM on.</summary>
/// <param name="Index">Its number, counted from 0.</param>
/// <param name="From">How it begins.</param>
/// <param name="Instructions">What follows.</param>
public sealed record Stage(int Index, FromInstruction From, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>Its name in lower case; empty for none.</summary>
    public string Name => From.Alias;
}
