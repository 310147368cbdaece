using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>ONBUILD: an instruction for whoever builds on the image.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Expression">The instruction that is kept, its here-documents with it.</param>
public sealed record OnBuildInstruction(Node Node, string Expression) : Instruction(Node);
