using Quai.Build.Execution;
using Quai.Build.Layers;
using Quai.Build.Solving;

namespace Quai.Build.Steps.Programs;

/// <summary>What containers of builds are made of.</summary>
/// <param name="Layers">Where their files are.</param>
/// <param name="Mounts">Prepares what they have mounted.</param>
/// <param name="Runner">Runs their programs.</param>
/// <param name="Entitlements">What their build may do.</param>
internal sealed record ContainerParts(LayerStore Layers, StepMounts Mounts, IStepRunner Runner, Entitlements Entitlements);
