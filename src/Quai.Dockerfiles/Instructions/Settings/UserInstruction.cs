using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>USER: as whom all is run from here on.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="User">The user, perhaps with a group behind a colon.</param>
public sealed record UserInstruction(Node Node, string User) : Instruction(Node);
