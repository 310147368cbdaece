using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>WORKDIR: where all is run from here on.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Path">The directory, which may be relative to the one before.</param>
public sealed record WorkdirInstruction(Node Node, string Path) : Instruction(Node);
