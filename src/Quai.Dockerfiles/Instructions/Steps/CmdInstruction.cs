using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>CMD: the image's program, or the arguments of its entry point.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Line">The program.</param>
public sealed record CmdInstruction(Node Node, CommandLine Line) : Instruction(Node);
