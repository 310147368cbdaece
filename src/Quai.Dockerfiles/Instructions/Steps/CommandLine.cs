using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>What is to be run.</summary>
/// <param name="Arguments">A program and its arguments, or one line of text for a shell.</param>
/// <param name="IsForShell">Whether it is a line for a shell.</param>
/// <param name="HereDocuments">The here-documents that belong to the line.</param>
public sealed record CommandLine(IReadOnlyList<string> Arguments, bool IsForShell, IReadOnlyList<HereDocument> HereDocuments);
