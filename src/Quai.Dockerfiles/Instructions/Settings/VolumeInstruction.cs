using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>VOLUME: paths that containers of the image have volumes at.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Paths">The paths.</param>
public sealed record VolumeInstruction(Node Node, IReadOnlyList<string> Paths) : Instruction(Node);
