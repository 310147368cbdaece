using System.Globalization;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Cgroups;

/// <summary>Limits as files of cgroup v2, converted from the specification's v1 terms as other runtimes do.</summary>
internal static class UnifiedLimits
{
    /// <summary>(file, value), in the order to be written.</summary>
    public static IEnumerable<(string File, string Value)> Of(Resources resources, CgroupLayout layout) =>
        [.. OfMemory(resources.Memory), .. OfCpu(resources.Cpu), .. OfPids(resources.Pids), .. OfBlockDevices(resources.BlockIO, layout), .. OfOthers(resources, layout)];

    private static IEnumerable<(string File, string Value)> OfMemory(MemoryResources? memory)
    {
        if (memory is not null)
        {
            if (memory.Limit is { } limit and not 0)
            {
                yield return ("memory.max", Max(limit));
            }

            if (memory.Swap is { } swap and not 0)
            {
                // v1 counts memory and swap together, v2 swap alone.
                yield return ("memory.swap.max", swap < 0 ? "max" : Max(swap - (memory.Limit is > 0 and { } part ? part : 0), zero: true));
            }

            if (memory.Reservation is { } reservation and not 0)
            {
                yield return ("memory.low", Max(reservation));
            }
        }

    }

    private static IEnumerable<(string File, string Value)> OfCpu(CpuResources? cpu)
    {
        if (cpu is not null)
        {
            if (cpu.Shares is { } shares and not 0)
            {
                // [2, 262144] onto [1, 10000].
                yield return ("cpu.weight", (1 + ((Math.Clamp(shares, 2, 262144) - 2) * 9999 / 262142)).ToString(CultureInfo.InvariantCulture));
            }

            if (cpu.Quota is not null and not 0 || cpu.Period is not null and not 0)
            {
                string quota = cpu.Quota is > 0 and { } q ? q.ToString(CultureInfo.InvariantCulture) : "max";
                yield return ("cpu.max", quota + " " + (cpu.Period is null or 0 ? 100000UL : cpu.Period.Value).ToString(CultureInfo.InvariantCulture));
            }

            if (cpu.Burst is { } burst)
            {
                yield return ("cpu.max.burst", burst.ToString(CultureInfo.InvariantCulture));
            }

            if (cpu.Idle is { } idle)
            {
                yield return ("cpu.idle", idle.ToString(CultureInfo.InvariantCulture));
            }

            if (!string.IsNullOrEmpty(cpu.Cpus))
            {
                yield return ("cpuset.cpus", cpu.Cpus);
            }

            if (!string.IsNullOrEmpty(cpu.Mems))
            {
                yield return ("cpuset.mems", cpu.Mems);
            }
        }

    }

    private static IEnumerable<(string File, string Value)> OfPids(PidsResources? pids)
    {
        if (pids is { Limit: not 0 })
        {
            yield return ("pids.max", Max(pids.Limit));
        }

    }

    private static IEnumerable<(string File, string Value)> OfBlockDevices(BlockIoResources? block, CgroupLayout layout)
    {
        if (block is not null)
        {
            if (block.Weight is { } weight and not 0)
            {
                yield return layout.BlockWeightFile == "io.bfq.weight"
                    ? ("io.bfq.weight", weight.ToString(CultureInfo.InvariantCulture))
                    : ("io.weight", "default " + IoWeight(weight).ToString(CultureInfo.InvariantCulture));
            }

            foreach (WeightDevice device in block.WeightDevice ?? [])
            {
                if (device.Weight is { } own and not 0)
                {
                    yield return layout.BlockWeightFile == "io.bfq.weight"
                        ? ("io.bfq.weight", string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor} {own}"))
                        : ("io.weight", string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor} {IoWeight(own)}"));
                }
            }

            foreach ((string key, List<ThrottleDevice>? devices) in new[]
            {
                ("rbps", block.ThrottleReadBpsDevice), ("wbps", block.ThrottleWriteBpsDevice), ("riops", block.ThrottleReadIOPSDevice), ("wiops", block.ThrottleWriteIOPSDevice),
            })
            {
                foreach (ThrottleDevice device in devices ?? [])
                {
                    yield return ("io.max", string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor} {key}={device.Rate}"));
                }
            }
        }

    }

    // [10, 1000] onto [1, 10000].
    private static int IoWeight(int weight) => 1 + ((weight - 10) * 9999 / 990);

    private static IEnumerable<(string File, string Value)> OfOthers(Resources resources, CgroupLayout layout)
    {
        foreach (HugepageLimit limit in resources.HugepageLimits ?? [])
        {
            yield return ($"hugetlb.{limit.PageSize}.{(layout.LimitsHugeReservations ? "rsvd." : "")}max", limit.Limit.ToString(CultureInfo.InvariantCulture));
        }

        foreach ((string device, RdmaLimit limit) in resources.Rdma ?? [])
        {
            yield return ("rdma.max", LegacyLimits.RdmaText(device, limit));
        }

        foreach ((string file, string value) in resources.Unified ?? [])
        {
            yield return (file, value);
        }
    }

    private static string Max(long value, bool zero = false) => value < 0 || (value == 0 && !zero) ? "max" : value.ToString(CultureInfo.InvariantCulture);
}
