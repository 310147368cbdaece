using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Steps;

/// <summary>What a step runs with.</summary>
/// <param name="Inputs">The results that it takes.</param>
/// <param name="Session">The client's session; null for none.</param>
/// <param name="Progress">Where it says what it does.</param>
internal sealed record StepContext(IReadOnlyList<LayerStack> Inputs, IBuildSession? Session, IStepProgress Progress)
{
    /// <summary>The files that a cache elsewhere has of a mount's folder, which outlives builds; null where there is no such cache.</summary>
    public Func<Mount, Task<LayerStack?>>? FoldersElsewhere { get; init; }
}
