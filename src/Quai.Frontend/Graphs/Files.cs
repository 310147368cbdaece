namespace Quai.Frontend.Graphs;

/// <summary>A tree of files that a step makes; null stands for an empty one.</summary>
/// <param name="Step">The step.</param>
/// <param name="Output">Which of its results.</param>
internal sealed record Files(Step Step, long Output = 0);
