using Quai.Build.Layers;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Steps.Programs;

/// <summary>What is left of a step whose program failed, until its build ends.</summary>
/// <param name="Op">The operation.</param>
/// <param name="Inputs">The files that it took.</param>
/// <param name="Mounts">For each of its mounts the files when its program ended; null for what is not kept.</param>
public sealed record FailedStep(Op Op, IReadOnlyList<LayerStack> Inputs, IReadOnlyList<LayerStack?> Mounts);
