using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>VOLUME: directories whose content is not the image's.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Paths">The directories.</param>
public sealed record VolumeInstruction(Node Node, IReadOnlyList<string> Paths) : Instruction(Node);
