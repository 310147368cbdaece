using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions;

/// <summary>A program with its arguments, or a line for a shell.</summary>
/// <param name="Words">The program and its arguments, or the line alone.</param>
/// <param name="IsShell">Whether it is a line for a shell.</param>
/// <param name="Documents">The here-documents that the line has.</param>
public sealed record CommandLine(IReadOnlyList<string> Words, bool IsShell, IReadOnlyList<HereDocument> Documents);
