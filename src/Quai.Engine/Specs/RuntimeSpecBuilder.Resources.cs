using Quai.Engine.Containers.Spec.Limits;
using Quai.Errors;
using Quai.Linux.Devices;
using Quai.Oci.Runtime;
using Limits = Quai.Oci.Runtime.Resources;

namespace Quai.Engine.Specs;

public static partial class RuntimeSpecBuilder
{
    /// <summary>The CPU period, in microseconds.</summary>
    private const ulong CpuPeriod = 100_000;

    /// <summary>A container's limits except for devices: what a start and an update write to the kernel.</summary>
    /// <exception cref="QuaiException">A block device does not exist.</exception>
    public static Limits BuildResources(ResourceLimits limits) => new()
    {
        Memory = BuildMemory(limits.Memory),
        Cpu = BuildCpu(limits.Cpu),
        Pids = limits.Pids is { } pids ? new PidsResources { Limit = pids > 0 ? pids : -1 } : null,
        BlockIO = BuildBlockIo(limits.BlockIo),
    };

    private static MemoryResources BuildMemory(MemoryLimits memory) => new()
    {
        Limit = memory.Limit > 0 ? memory.Limit : null,
        Reservation = memory.Reservation != 0 ? memory.Reservation : null,
        Swap = memory.Swap != 0 ? memory.Swap : null,
        Kernel = memory.Kernel > 0 ? memory.Kernel : null,
        Swappiness = memory.Swappiness is >= 0 and { } swappiness ? (ulong)swappiness : null,
        DisableOOMKiller = memory.OomKillDisable ?? false,
    };

    private static CpuResources? BuildCpu(CpuLimits limits)
    {
        var cpu = new CpuResources
        {
            Shares = limits.Shares > 0 ? (ulong)limits.Shares : null,
            Cpus = limits.Cpus.Length > 0 ? limits.Cpus : null,
            Mems = limits.Mems.Length > 0 ? limits.Mems : null,
            Quota = limits.Quota != 0 ? limits.Quota : limits.NanoCpus > 0 ? limits.NanoCpus * (long)CpuPeriod / 1_000_000_000 : null,
            Period = limits.Period > 0 ? (ulong)limits.Period : limits.NanoCpus > 0 ? CpuPeriod : null,
            RealtimePeriod = limits.RealtimePeriod > 0 ? (ulong)limits.RealtimePeriod : null,
            RealtimeRuntime = limits.RealtimeRuntime != 0 ? limits.RealtimeRuntime : null,
        };
        bool any = cpu is { Shares: not null } or { Cpus: not null } or { Mems: not null } or { Quota: not null } or { Period: not null }
            or { RealtimePeriod: not null } or { RealtimeRuntime: not null };
        return any ? cpu : null;
    }

    private static BlockIoResources BuildBlockIo(BlockIoLimits limits) => new()
    {
        Weight = limits.Weight > 0 ? limits.Weight : null,
        WeightDevice = limits.Weights.Count == 0 ? null : [.. limits.Weights.Select(weight =>
        {
            DeviceNode device = BlockDevice(weight.Path);
            return new WeightDevice { Major = device.Major, Minor = device.Minor, Weight = weight.Weight };
        })],
        ThrottleReadBpsDevice = Throttles(limits.ReadBytes),
        ThrottleWriteBpsDevice = Throttles(limits.WriteBytes),
        ThrottleReadIOPSDevice = Throttles(limits.ReadOperations),
        ThrottleWriteIOPSDevice = Throttles(limits.WriteOperations),
    };

    private static List<ThrottleDevice>? Throttles(IReadOnlyList<BlockRate> rates) => rates.Count == 0 ? null : [.. rates.Select(rate =>
    {
        DeviceNode device = BlockDevice(rate.Path);
        return new ThrottleDevice { Major = device.Major, Minor = device.Minor, Rate = rate.Rate };
    })];

    private static DeviceNode BlockDevice(string path) =>
        DeviceNode.Read(path, followLinks: true) ?? throw QuaiException.Invalid($"{path} is not a device");
}
