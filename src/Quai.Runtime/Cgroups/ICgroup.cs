using Quai.Oci.Runtime;

namespace Quai.Runtime.Cgroups;

/// <summary>A container's control groups, the same interface for cgroup v1 and v2. Found by path with <see cref="CgroupTree"/>.</summary>
public interface ICgroup
{
    /// <summary>Freezes every process and returns when all are frozen.</summary>
    Task FreezeAsync(CancellationToken cancellation);

    /// <summary>Thaws them.</summary>
    Task ThawAsync(CancellationToken cancellation);

    /// <summary>Whether its processes were frozen and not yet thawed.</summary>
    bool IsFrozen { get; }

    /// <summary>The pids of the processes inside, on the host.</summary>
    IReadOnlyList<int> Processes();

    /// <summary>Current usage.</summary>
    CgroupStats ReadStats();

    /// <summary>Applies new limits to a running container.</summary>
    /// <exception cref="Quai.Linux.LinuxException">The kernel refused one.</exception>
    void Update(Resources resources);

    /// <summary>Whether the groups exist.</summary>
    bool Exists { get; }
}

/// <summary>Usage of a cgroup. CPU in nanoseconds, memory in bytes.</summary>
public sealed record CgroupStats
{
#pragma warning disable CS1591 // named as the kernel's files name them
    public ulong CpuTotal { get; init; }
    public ulong CpuUser { get; init; }
    public ulong CpuKernel { get; init; }
    public ulong ThrottledPeriods { get; init; }
    public ulong Periods { get; init; }
    public ulong ThrottledTime { get; init; }
    public ulong MemoryUsage { get; init; }
    public ulong MemoryMaxUsage { get; init; }
    public ulong MemoryLimit { get; init; }
    public ulong MemoryFailures { get; init; }
    public IReadOnlyDictionary<string, ulong> MemoryDetails { get; init; } = new Dictionary<string, ulong>();
    public ulong Pids { get; init; }
    public ulong PidsLimit { get; init; }
    public IReadOnlyList<BlockIo> BlockBytes { get; init; } = [];
    public IReadOnlyList<BlockIo> BlockOperations { get; init; } = [];
    public bool V2 { get; init; }
#pragma warning restore CS1591
}

/// <summary>One line of a block I/O file. Operation: read, write, …</summary>
public sealed record BlockIo(ulong Major, ulong Minor, string Operation, ulong Value);
