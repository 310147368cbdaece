namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>A container's resource limits. An update creates a new object, and writes to the kernel what a start would write.</summary>
public sealed record ResourceLimits
{
    /// <summary>Of memory.</summary>
    public MemoryLimits Memory { get; init; } = new();

    /// <summary>Of processors.</summary>
    public CpuLimits Cpu { get; init; } = new();

    /// <summary>Of block devices.</summary>
    public BlockIoLimits BlockIo { get; init; } = new();

    /// <summary>Of processes; 0 or less for no limit, null if not given.</summary>
    public long? Pids { get; init; }
}
