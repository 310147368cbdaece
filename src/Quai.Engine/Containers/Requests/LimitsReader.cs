using Quai.Api.Containers;
using Quai.Engine.Containers.Spec.Limits;

namespace Quai.Engine.Containers.Requests;

/// <summary>Creates the limits from a validated request.</summary>
internal static class LimitsReader
{
    /// <summary>Limits that an update can change, too.</summary>
    public static ResourceLimits Read(Resources resources) => new()
    {
        Memory = new MemoryLimits
        {
            Limit = resources.Memory,
            Reservation = resources.MemoryReservation,
            Swap = resources.MemorySwap,
            Swappiness = resources.MemorySwappiness,
            Kernel = resources.KernelMemory,
            OomKillDisable = resources.OomKillDisable,
        },
        Cpu = new CpuLimits
        {
            Shares = resources.CpuShares,
            NanoCpus = resources.NanoCpus,
            Period = resources.CpuPeriod,
            Quota = resources.CpuQuota,
            RealtimePeriod = resources.CpuRealtimePeriod,
            RealtimeRuntime = resources.CpuRealtimeRuntime,
            Cpus = resources.CpusetCpus,
            Mems = resources.CpusetMems,
        },
        BlockIo = new BlockIoLimits
        {
            Weight = resources.BlkioWeight,
            Weights = [.. (resources.BlkioWeightDevice ?? []).OfType<WeightDevice>().Select(w => new BlockWeight(w.Path, w.Weight))],
            ReadBytes = Rates(resources.BlkioDeviceReadBps),
            WriteBytes = Rates(resources.BlkioDeviceWriteBps),
            ReadOperations = Rates(resources.BlkioDeviceReadIOps),
            WriteOperations = Rates(resources.BlkioDeviceWriteIOps),
        },
        Pids = resources.PidsLimit,
    };

    /// <summary>Limits of each process.</summary>
    public static IReadOnlyList<UlimitSpec> Ulimits(IReadOnlyList<Ulimit>? limits) => [.. (limits ?? []).OfType<Ulimit>().Select(l => new UlimitSpec(l.Name, l.Soft, l.Hard))];

    /// <summary>Devices and rules about them.</summary>
    public static DeviceSpec Devices(Resources resources) => new()
    {
        Paths = [.. (resources.Devices ?? []).OfType<DeviceMapping>().Select(d => new DevicePath(d.PathOnHost, d.PathInContainer, d.CgroupPermissions))],
        Named = [.. (resources.DeviceRequests ?? []).OfType<DeviceRequest>().SelectMany(r => r.DeviceIDs ?? [])],
        Rules = resources.DeviceCgroupRules,
    };

    private static BlockRate[] Rates(List<ThrottleDevice>? rates) => [.. (rates ?? []).OfType<ThrottleDevice>().Select(r => new BlockRate(r.Path, r.Rate))];
}
