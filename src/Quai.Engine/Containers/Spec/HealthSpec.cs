namespace Quai.Engine.Containers.Spec;

/// <summary>A health check. Durations are in nanoseconds, as the API has them; 0 for the default.</summary>
public sealed record HealthSpec
{
    /// <summary><c>CMD</c> and a program, <c>CMD-SHELL</c> and a command line, <c>NONE</c>; null for the image's, if it has one.</summary>
    public IReadOnlyList<string>? Test { get; init; }

    /// <summary>Interval between checks.</summary>
    public long Interval { get; init; }

    /// <summary>Timeout of a check.</summary>
    public long Timeout { get; init; }

    /// <summary>How long after the start failures do not count.</summary>
    public long StartPeriod { get; init; }

    /// <summary>Interval between checks during that time.</summary>
    public long StartInterval { get; init; }

    /// <summary>Consecutive failures that make it unhealthy; 0 for the default.</summary>
    public int Retries { get; init; }
}
