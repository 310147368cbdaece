using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>LABEL: what is to be known of the image.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Pairs">The labels.</param>
public sealed record LabelInstruction(Node Node, IReadOnlyList<KeyValue> Pairs) : Instruction(Node);
