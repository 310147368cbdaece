using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>ARG: variables that the build's caller may set.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Variables">Their names and values; a value is null where none is given.</param>
public sealed record ArgInstruction(Node Node, IReadOnlyList<(string Name, string? Value)> Variables) : Instruction(Node);
