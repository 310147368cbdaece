using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>CMD or ENTRYPOINT: what a container runs.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Program">The program.</param>
/// <param name="IsEntrypoint">Whether it is ENTRYPOINT.</param>
public sealed record ProgramInstruction(Node Node, CommandLine Program, bool IsEntrypoint) : Instruction(Node);
