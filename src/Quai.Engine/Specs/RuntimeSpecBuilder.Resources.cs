using Quai.Api.Containers;
using Quai.Errors;
using Quai.Linux.Devices;
using Quai.Oci.Runtime;
using Limits = Quai.Oci.Runtime.Resources;

namespace Quai.Engine.Specs;

public static partial class RuntimeSpecBuilder
{
    /// <summary>Microseconds in which a share of the processors is given out.</summary>
    private const ulong CpuPeriod = 100_000;

    /// <summary>The limits that <c>docker update</c> sets too; devices left out.</summary>
    /// <exception cref="QuaiException">A block device is not there.</exception>
    public static Limits BuildResources(Api.Containers.Resources limits) => new()
    {
        Memory = BuildMemory(limits),
        Cpu = BuildCpu(limits),
        Pids = limits.PidsLimit is { } pids ? new PidsResources { Limit = pids > 0 ? pids : -1 } : null,
        BlockIO = BuildBlockIo(limits),
    };

    private static Limits BuildResources(HostConfig host, List<DeviceRule> rules)
    {
        Limits resources = BuildResources(host);
        resources.Devices = rules;
        return resources;
    }

    private static MemoryResources BuildMemory(Api.Containers.Resources limits) => new()
    {
        Limit = limits.Memory > 0 ? limits.Memory : null,
        Reservation = limits.MemoryReservation > 0 ? limits.MemoryReservation : null,

        // As much swap as memory when only memory is said: the figure is of both together.
        Swap = limits.MemorySwap != 0 ? limits.MemorySwap : limits is { Memory: > 0, MemorySwap: 0 } ? limits.Memory * 2 : null,
        Kernel = limits.KernelMemory > 0 ? limits.KernelMemory : null,
        Swappiness = limits.MemorySwappiness is >= 0 and { } swappiness ? (ulong)swappiness : null,
        DisableOOMKiller = limits.OomKillDisable ?? false,
    };

    private static CpuResources? BuildCpu(Api.Containers.Resources limits)
    {
        var cpu = new CpuResources
        {
            Shares = limits.CpuShares > 0 ? (ulong)limits.CpuShares : null,
            Cpus = limits.CpusetCpus.Length > 0 ? limits.CpusetCpus : null,
            Mems = limits.CpusetMems.Length > 0 ? limits.CpusetMems : null,
            Quota = limits.CpuQuota != 0 ? limits.CpuQuota : limits.NanoCpus > 0 ? limits.NanoCpus * (long)CpuPeriod / 1_000_000_000 : null,
            Period = limits.CpuPeriod > 0 ? (ulong)limits.CpuPeriod : limits.NanoCpus > 0 ? CpuPeriod : null,
            RealtimePeriod = limits.CpuRealtimePeriod > 0 ? (ulong)limits.CpuRealtimePeriod : null,
            RealtimeRuntime = limits.CpuRealtimeRuntime != 0 ? limits.CpuRealtimeRuntime : null,
        };
        bool any = cpu is { Shares: not null } or { Cpus: not null } or { Mems: not null } or { Quota: not null } or { Period: not null }
            or { RealtimePeriod: not null } or { RealtimeRuntime: not null };
        return any ? cpu : null;
    }

    private static BlockIoResources BuildBlockIo(Api.Containers.Resources limits) => new()
    {
        Weight = limits.BlkioWeight > 0 ? limits.BlkioWeight : null,
        WeightDevice = limits.BlkioWeightDevice is { Count: > 0 } weights
            ? weights.ConvertAll(weight =>
            {
                DeviceNode device = BlockDevice(weight.Path);
                return new Oci.Runtime.WeightDevice { Major = device.Major, Minor = device.Minor, Weight = weight.Weight };
            })
            : null,
        ThrottleReadBpsDevice = Throttles(limits.BlkioDeviceReadBps),
        ThrottleWriteBpsDevice = Throttles(limits.BlkioDeviceWriteBps),
        ThrottleReadIOPSDevice = Throttles(limits.BlkioDeviceReadIOps),
        ThrottleWriteIOPSDevice = Throttles(limits.BlkioDeviceWriteIOps),
    };

    private static List<Oci.Runtime.ThrottleDevice>? Throttles(List<Api.Containers.ThrottleDevice>? throttles) =>
        throttles is { Count: > 0 }
            ? throttles.ConvertAll(throttle =>
            {
                DeviceNode device = BlockDevice(throttle.Path);
                return new Oci.Runtime.ThrottleDevice { Major = device.Major, Minor = device.Minor, Rate = throttle.Rate };
            })
            : null;

    private static DeviceNode BlockDevice(string path) =>
        DeviceNode.Read(path, followLinks: true) ?? throw QuaiException.Invalid($"{path} is not a device");
}
