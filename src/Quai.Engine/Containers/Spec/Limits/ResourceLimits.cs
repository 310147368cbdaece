namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>How much a container may use. An update makes another one of these, and what it writes to the kernel is what a start would write.</summary>
public sealed record ResourceLimits
{
    /// <summary>Of memory.</summary>
    public MemoryLimits Memory { get; init; } = new();

    /// <summary>Of processors.</summary>
    public CpuLimits Cpu { get; init; } = new();

    /// <summary>Of block devices.</summary>
    public BlockIoLimits BlockIo { get; init; } = new();

    /// <summary>Of processes; 0 or less for no limit, null for not said.</summary>
    public long? Pids { get; init; }
}
