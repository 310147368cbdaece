using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>SHELL: what runs commands that are given as a line of text.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Arguments">The program and its first arguments; the line comes behind them.</param>
public sealed record ShellInstruction(Node Node, IReadOnlyList<string> Arguments) : Instruction(Node);
