using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>WORKDIR: the directory in which the image's program and the steps that follow are.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Path">The directory, which may be relative to the one before.</param>
public sealed record WorkdirInstruction(Node Node, string Path) : Instruction(Node);
