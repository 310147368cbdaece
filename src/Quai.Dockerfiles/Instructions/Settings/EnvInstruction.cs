using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>ENV: variables of all that runs from here on.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Pairs">The variables.</param>
public sealed record EnvInstruction(Node Node, IReadOnlyList<KeyValue> Pairs) : Instruction(Node);
