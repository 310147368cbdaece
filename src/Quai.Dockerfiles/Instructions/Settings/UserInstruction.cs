using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>USER: who runs the image's program and the steps that follow.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="User">A name or number, with that of a group behind a colon.</param>
public sealed record UserInstruction(Node Node, string User) : Instruction(Node);
