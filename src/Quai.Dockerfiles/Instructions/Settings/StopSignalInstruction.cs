using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>STOPSIGNAL: what a container is asked with to end.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Signal">The signal's name or number.</param>
public sealed record StopSignalInstruction(Node Node, string Signal) : Instruction(Node);
