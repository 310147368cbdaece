using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>SHELL: what runs lines that are for a shell.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Words">The shell with its arguments.</param>
public sealed record ShellInstruction(Node Node, IReadOnlyList<string> Words) : Instruction(Node);
