using Quai.Dockerfiles.Instructions;

namespace Quai.Frontend.Stages;

/// <summary>An instruction of a stage.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Sources">The stages that it takes files from, in the order of its mounts; null for the context, or for nothing.</param>
/// <param name="IsTrigger">Whether it is of the base image's ONBUILD.</param>
internal sealed record StageCommand(Instruction Instruction, IReadOnlyList<StageState?> Sources, bool IsTrigger);
