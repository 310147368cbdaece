using System.Globalization;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Cgroups;

/// <summary>Limits as files of cgroup v1 and what to write to them, in the order to be written (config-linux.md of the runtime specification).</summary>
internal static class LegacyLimits
{
    /// <summary>(file, value); the controller is the file's name up to the first dot.</summary>
    public static IEnumerable<(string File, string Value)> Of(Resources resources, CgroupLayout layout)
    {
        if (resources.Memory is { } memory)
        {
            if (memory.Limit is { } limit and not 0)
            {
                yield return ("memory.limit_in_bytes", Text(limit));
            }

            if (memory.Swap is { } swap and not 0 && layout.HasSwapAccounting)
            {
                yield return ("memory.memsw.limit_in_bytes", Text(swap));
            }

            if (memory.Reservation is { } reservation and not 0)
            {
                yield return ("memory.soft_limit_in_bytes", Text(reservation));
            }

            if (memory.Swappiness is { } swappiness and <= 100)
            {
                yield return ("memory.swappiness", swappiness.ToString(CultureInfo.InvariantCulture));
            }

            if (memory.DisableOOMKiller is true)
            {
                yield return ("memory.oom_control", "1");
            }
        }

        if (resources.Cpu is { } cpu)
        {
            if (cpu.Shares is { } shares and not 0)
            {
                yield return ("cpu.shares", shares.ToString(CultureInfo.InvariantCulture));
            }

            if (cpu.Period is { } period and not 0)
            {
                yield return ("cpu.cfs_period_us", period.ToString(CultureInfo.InvariantCulture));
            }

            if (cpu.Quota is { } quota and not 0)
            {
                yield return ("cpu.cfs_quota_us", Text(quota));
            }

            if (cpu.RealtimePeriod is { } realtimePeriod and not 0)
            {
                yield return ("cpu.rt_period_us", realtimePeriod.ToString(CultureInfo.InvariantCulture));
            }

            if (cpu.RealtimeRuntime is { } realtimeRuntime and not 0)
            {
                yield return ("cpu.rt_runtime_us", Text(realtimeRuntime));
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

        if (resources.Pids is { Limit: not 0 } pids)
        {
            yield return ("pids.max", pids.Limit < 0 ? "max" : Text(pids.Limit));
        }

        if (resources.BlockIO is { } block)
        {
            if (block.Weight is { } weight and not 0)
            {
                yield return (layout.BlockWeightFile, weight.ToString(CultureInfo.InvariantCulture));
            }

            foreach ((string file, List<ThrottleDevice>? devices) in new[]
            {
                ("blkio.throttle.read_bps_device", block.ThrottleReadBpsDevice), ("blkio.throttle.write_bps_device", block.ThrottleWriteBpsDevice),
                ("blkio.throttle.read_iops_device", block.ThrottleReadIOPSDevice), ("blkio.throttle.write_iops_device", block.ThrottleWriteIOPSDevice),
            })
            {
                foreach (ThrottleDevice device in devices ?? [])
                {
                    yield return (file, string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor} {device.Rate}"));
                }
            }
        }

        if (resources.Devices is { } rules)
        {
            foreach (DeviceRule rule in rules)
            {
                yield return (rule.Allow ? "devices.allow" : "devices.deny", Rule(rule));
            }
        }
    }

    private static string Rule(DeviceRule rule)
    {
        if (rule.Type is null or "" or "a" && rule.Major is null && rule.Minor is null)
        {
            return "a *:* rwm";
        }

        static string Number(long? n) => n is null or < 0 ? "*" : Text(n.Value);
        return $"{rule.Type} {Number(rule.Major)}:{Number(rule.Minor)} {rule.Access ?? "rwm"}";
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
