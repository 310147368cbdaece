namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>Limits of memory, in bytes; 0 for none.</summary>
public sealed record MemoryLimits
{
    /// <summary>At most.</summary>
    public long Limit { get; init; }

    /// <summary>What it is brought down to when the host runs short.</summary>
    public long Reservation { get; init; }

    /// <summary>Memory and swap together; -1 for no limit of swap.</summary>
    public long Swap { get; init; }

    /// <summary>How gladly pages are swapped, 0 to 100; null for the kernel's own.</summary>
    public long? Swappiness { get; init; }

    /// <summary>The kernel's memory, on cgroup v1.</summary>
    public long Kernel { get; init; }

    /// <summary>Whether it waits rather than being killed when memory runs out; null for not said.</summary>
    public bool? OomKillDisable { get; init; }
}
