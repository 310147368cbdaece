using Quai.Build.Graphs;
using Quai.Build.Solving.Keys;
using Quai.Build.Steps;

namespace Quai.Build.RemoteCaches;

/// <summary>A step of a build with its result.</summary>
/// <param name="Vertex">The step.</param>
/// <param name="Key">Its key.</param>
/// <param name="Result">Its result; null where it was not needed, and is not here.</param>
internal sealed record SolvedStep(Vertex Vertex, StepKey Key, StepResult? Result);
