using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>FROM: begins a stage.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Base">What the stage begins with: an image, an earlier stage, or <c>scratch</c>.</param>
/// <param name="StageName">The stage's name in lower case; empty for none.</param>
/// <param name="Platform">The platform that is asked for; empty for the build's.</param>
public sealed record FromInstruction(Node Node, string Base, string StageName, string Platform) : Instruction(Node);
