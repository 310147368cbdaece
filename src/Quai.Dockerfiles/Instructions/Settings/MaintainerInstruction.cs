using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>MAINTAINER: who made the image.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Maintainer">The maker, as it is written.</param>
public sealed record MaintainerInstruction(Node Node, string Maintainer) : Instruction(Node);
