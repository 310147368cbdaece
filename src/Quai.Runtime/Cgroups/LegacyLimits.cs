using System.Globalization;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Cgroups;

/// <summary>Limits as files of cgroup v1 and what to write to them, in the order to be written (config-linux.md of the runtime specification).</summary>
internal static class LegacyLimits
{
    /// <summary>(file, value); the controller is the file's name up to the first dot.</summary>
    public static IEnumerable<(string File, string Value)> Of(Resources resources, CgroupLayout layout)
    {
        return [.. OfMemory(resources.Memory, layout), .. OfCpu(resources.Cpu), .. OfPids(resources.Pids), .. OfBlockDevices(resources.BlockIO, layout), .. OfOthers(resources, layout)];
    }

    private static IEnumerable<(string File, string Value)> OfMemory(MemoryResources? memory, CgroupLayout layout)
    {
        if (memory is not null)
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

    }

    private static IEnumerable<(string File, string Value)> OfCpu(CpuResources? cpu)
    {
        if (cpu is not null)
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

            if (cpu.Burst is { } burst)
            {
                yield return ("cpu.cfs_burst_us", burst.ToString(CultureInfo.InvariantCulture));
            }

            if (cpu.Idle is { } idle)
            {
                yield return ("cpu.idle", Text(idle));
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

    }

    private static IEnumerable<(string File, string Value)> OfPids(PidsResources? pids)
    {
        if (pids is { Limit: not 0 })
        {
            yield return ("pids.max", pids.Limit < 0 ? "max" : Text(pids.Limit));
        }

    }

    private static IEnumerable<(string File, string Value)> OfBlockDevices(BlockIoResources? block, CgroupLayout layout)
    {
        if (block is not null)
        {
            if (block.Weight is { } weight and not 0)
            {
                yield return (layout.BlockWeightFile, weight.ToString(CultureInfo.InvariantCulture));
            }

            if (block.LeafWeight is { } leaf and not 0)
            {
                yield return ("blkio.leaf_weight", leaf.ToString(CultureInfo.InvariantCulture));
            }

            foreach (WeightDevice device in block.WeightDevice ?? [])
            {
                if (device.Weight is { } own and not 0)
                {
                    yield return (layout.BlockWeightFile + "_device", string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor} {own}"));
                }

                if (device.LeafWeight is { } ownLeaf and not 0)
                {
                    yield return ("blkio.leaf_weight_device", string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor} {ownLeaf}"));
                }
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

    }

    private static IEnumerable<(string File, string Value)> OfOthers(Resources resources, CgroupLayout layout)
    {
        foreach (HugepageLimit limit in resources.HugepageLimits ?? [])
        {
            // Reservations are limited where the kernel can: whoever has reserved pages is not killed when it touches them.
            yield return ($"hugetlb.{limit.PageSize}.{(layout.LimitsHugeReservations ? "rsvd." : "")}limit_in_bytes", limit.Limit.ToString(CultureInfo.InvariantCulture));
        }

        if (resources.Network?.ClassId is { } classId and not 0)
        {
            yield return ("net_cls.classid", classId.ToString(CultureInfo.InvariantCulture));
        }

        foreach (InterfacePriority priority in resources.Network?.Priorities ?? [])
        {
            yield return ("net_prio.ifpriomap", string.Create(CultureInfo.InvariantCulture, $"{priority.Name} {priority.Priority}"));
        }

        foreach ((string device, RdmaLimit limit) in resources.Rdma ?? [])
        {
            yield return ("rdma.max", RdmaText(device, limit));
        }

        if (resources.Devices is { } rules)
        {
            foreach (DeviceRule rule in rules)
            {
                yield return (rule.Allow ? "devices.allow" : "devices.deny", Rule(rule));
            }
        }
    }

    /// <summary>A device's line of <c>rdma.max</c>: what is not limited stays as it is.</summary>
    public static string RdmaText(string device, RdmaLimit limit) =>
        device + (limit.HcaHandles is { } handles ? string.Create(CultureInfo.InvariantCulture, $" hca_handle={handles}") : "")
            + (limit.HcaObjects is { } objects ? string.Create(CultureInfo.InvariantCulture, $" hca_object={objects}") : "");

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
