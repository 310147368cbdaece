using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>STOPSIGNAL: the signal that ends the image's program.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Signal">Its name or number.</param>
public sealed record StopSignalInstruction(Node Node, string Signal) : Instruction(Node);
