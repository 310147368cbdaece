using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>HEALTHCHECK: how it is found out whether a container of the image works.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Test"><c>NONE</c>, or <c>CMD</c> or <c>CMD-SHELL</c> with what is run.</param>
public sealed record HealthcheckInstruction(Node Node, IReadOnlyList<string> Test) : Instruction(Node)
{
    /// <summary>How long between two checks, in nanoseconds; 0 for the default, as of the others.</summary>
    public long Interval { get; init; }

    /// <summary>How long a check may take, in nanoseconds.</summary>
    public long Timeout { get; init; }

    /// <summary>How long after the start a failure does not count, in nanoseconds.</summary>
    public long StartPeriod { get; init; }

    /// <summary>How long between two checks within that time, in nanoseconds.</summary>
    public long StartInterval { get; init; }

    /// <summary>How many failures in a row count.</summary>
    public int Retries { get; init; }
}
