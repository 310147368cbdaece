using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>HEALTHCHECK: how to find out whether a container works.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Test"><c>NONE</c>; or <c>CMD</c> or <c>CMD-SHELL</c> with what is run.</param>
/// <param name="Times">How often and how long.</param>
/// <param name="Retries">How often it fails in a row before the container is unhealthy; 0 for the usual.</param>
public sealed record HealthcheckInstruction(Node Node, IReadOnlyList<string> Test, HealthcheckTimes Times, int Retries) : Instruction(Node);
