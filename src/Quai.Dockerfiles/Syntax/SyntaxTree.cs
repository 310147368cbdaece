namespace Quai.Dockerfiles.Syntax;

/// <summary>A Dockerfile as it is written.</summary>
/// <param name="Nodes">Its instructions in their order; at least one.</param>
/// <param name="Directives">What its first comments say of how it is to be read.</param>
/// <param name="EmptyContinuations">Instructions that go on behind an empty line, which will not be read so for ever.</param>
public sealed record SyntaxTree(IReadOnlyList<Node> Nodes, Directives Directives, IReadOnlyList<LineRange> EmptyContinuations);
