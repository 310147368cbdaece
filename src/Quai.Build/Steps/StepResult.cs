using Quai.Build.Layers;

namespace Quai.Build.Steps;

/// <summary>What a step has made.</summary>
/// <param name="Outputs">Its results by their numbers.</param>
internal sealed record StepResult(IReadOnlyList<LayerStack> Outputs);
