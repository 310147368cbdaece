namespace Quai.Build.Graphs;

/// <summary>One of the results of a step.</summary>
/// <param name="Vertex">The step.</param>
/// <param name="Index">The result's number.</param>
public sealed record Edge(Vertex Vertex, int Index);
