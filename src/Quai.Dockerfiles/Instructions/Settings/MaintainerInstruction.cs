using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>MAINTAINER: the image's author; a label is used for this nowadays.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Author">The author.</param>
public sealed record MaintainerInstruction(Node Node, string Author) : Instruction(Node);
