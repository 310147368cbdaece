using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>EXPOSE: ports that are listened on.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Ports">The ports as they are written, sorted.</param>
public sealed record ExposeInstruction(Node Node, IReadOnlyList<string> Ports) : Instruction(Node);
