namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>Limits of memory, in bytes; 0 for none.</summary>
public sealed record MemoryLimits
{
    /// <summary>The maximum.</summary>
    public long Limit { get; init; }

    /// <summary>The soft limit: what it is reduced to when the host runs short.</summary>
    public long Reservation { get; init; }

    /// <summary>Memory and swap together; -1 for unlimited swap.</summary>
    public long Swap { get; init; }

    /// <summary>Swappiness, 0 to 100; null for the kernel's default.</summary>
    public long? Swappiness { get; init; }

    /// <summary>Kernel memory, on cgroup v1.</summary>
    public long Kernel { get; init; }

    /// <summary>Whether it waits instead of being killed when memory runs out; null if not given.</summary>
    public bool? OomKillDisable { get; init; }
}
