namespace Quai.Engine.Containers.Spec;

/// <summary>A health check. Durations are in nanoseconds, as the API has them; 0 for the default.</summary>
public sealed record HealthSpec
{
    /// <summary><c>CMD</c> and a program, <c>CMD-SHELL</c> and a text, <c>NONE</c>; null for the image's, if it has one.</summary>
    public IReadOnlyList<string>? Test { get; init; }

    /// <summary>From one check to the next.</summary>
    public long Interval { get; init; }

    /// <summary>How long one may take.</summary>
    public long Timeout { get; init; }

    /// <summary>How long a failure after the start does not count.</summary>
    public long StartPeriod { get; init; }

    /// <summary>From one check to the next in that time.</summary>
    public long StartInterval { get; init; }

    /// <summary>Failures in a row that make it unhealthy; 0 for the default.</summary>
    public int Retries { get; init; }
}
