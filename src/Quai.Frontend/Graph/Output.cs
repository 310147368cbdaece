namespace Quai.Frontend.Graph;

/// <summary>A result of a step.</summary>
/// <param name="Vertex">The step.</param>
/// <param name="Index">Which of its results.</param>
internal sealed record Output(Vertex Vertex, int Index);
