namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>Limits of processors; 0 and empty for none.</summary>
public sealed record CpuLimits
{
    /// <summary>Its relative weight.</summary>
    public long Shares { get; init; }

    /// <summary>Processors, in billionths.</summary>
    public long NanoCpus { get; init; }

    /// <summary>The period for <see cref="Quota"/>, in microseconds.</summary>
    public long Period { get; init; }

    /// <summary>Microseconds in each period; -1 for no limit.</summary>
    public long Quota { get; init; }

    /// <summary>The period of real-time tasks, in microseconds.</summary>
    public long RealtimePeriod { get; init; }

    /// <summary>Their quota, in microseconds.</summary>
    public long RealtimeRuntime { get; init; }

    /// <summary>The processors it runs on, such as <c>0-2,5</c>.</summary>
    public string Cpus { get; init; } = "";

    /// <summary>The memory nodes it uses, in the same form.</summary>
    public string Mems { get; init; } = "";
}
