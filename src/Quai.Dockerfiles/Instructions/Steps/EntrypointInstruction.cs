using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>ENTRYPOINT: the image's program.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Line">The program.</param>
public sealed record EntrypointInstruction(Node Node, CommandLine Line) : Instruction(Node);
