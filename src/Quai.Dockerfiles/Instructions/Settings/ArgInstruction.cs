using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>ARG: names that a build may give values to.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Pairs">The names with their usual values.</param>
public sealed record ArgInstruction(Node Node, IReadOnlyList<ArgPair> Pairs) : Instruction(Node);
