using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>EXPOSE: ports that the image's program listens on.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Ports">The ports as they are written, in the order of their text.</param>
public sealed record ExposeInstruction(Node Node, IReadOnlyList<string> Ports) : Instruction(Node);
