using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>FROM: the beginning of a stage.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Base">The image or stage that it begins with.</param>
/// <param name="Alias">The stage's name in lower case; empty for none.</param>
/// <param name="Platform">The platform; empty where none is given.</param>
public sealed record FromInstruction(Node Node, string Base, string Alias, string Platform) : Instruction(Node);
