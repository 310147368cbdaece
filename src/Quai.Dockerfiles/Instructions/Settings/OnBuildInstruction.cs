using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>ONBUILD: an instruction for those who build from the image.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Trigger">That instruction, its here-documents with it.</param>
public sealed record OnBuildInstruction(Node Node, string Trigger) : Instruction(Node);
