using Quai.Api.Containers;
using Quai.Errors;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Requests;

/// <summary>
/// Limits that this machine's control groups cannot enforce: as in Docker they are left out, and whoever asked for them is told. That is so without root,
/// where nobody gave the user control groups or only some of the controllers.
/// </summary>
internal static class LimitSupport
{
    private const string NotMounted = "or the cgroup is not mounted.";

    /// <summary>Leaves out of a request what cannot be enforced. The words are Docker's.</summary>
    /// <param name="asked">The request; changed.</param>
    /// <param name="layout">What there is.</param>
    /// <returns>What was left out, in sentences.</returns>
    /// <exception cref="QuaiException">A limit that Docker refuses instead.</exception>
    public static List<string> Discard(Resources asked, CgroupLayout layout)
    {
        List<string> warnings = [];
        if (!layout.Has("memory"))
        {
            DiscardMemory(asked, warnings);
        }

        if (!layout.Has("pids") && asked.PidsLimit is { } pids and not 0)
        {
            asked.PidsLimit = null;
            if (pids > 0)
            {
                warnings.Add($"Your kernel does not support PIDs limit capabilities {NotMounted} PIDs limit discarded.");
            }
        }

        if (!layout.Has("cpu"))
        {
            DiscardCpu(asked, warnings);
        }

        if (!layout.Has("cpuset") && (asked.CpusetCpus.Length > 0 || asked.CpusetMems.Length > 0))
        {
            (asked.CpusetCpus, asked.CpusetMems) = ("", "");
            warnings.Add($"Your kernel does not support cpuset {NotMounted} Cpuset discarded.");
        }

        if (!layout.Has("io"))
        {
            DiscardBlockIo(asked, warnings);
        }

        return warnings;
    }

    private static void DiscardMemory(Resources asked, List<string> warnings)
    {
        if (asked.Memory > 0 || asked.MemorySwap > 0)
        {
            warnings.Add($"Your kernel does not support memory limit capabilities {NotMounted} Limitation discarded.");
        }

        if (asked.MemoryReservation > 0)
        {
            warnings.Add($"Your kernel does not support memory soft limit capabilities {NotMounted} Limitation discarded.");
        }

        if (asked.MemorySwappiness is { } swappiness and not -1)
        {
            warnings.Add($"Your kernel does not support memory swappiness capabilities {NotMounted} Memory swappiness discarded.");
        }

        if (asked.OomKillDisable is true)
        {
            warnings.Add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
        }

        (asked.Memory, asked.MemorySwap, asked.MemoryReservation, asked.MemorySwappiness, asked.OomKillDisable) = (0, 0, 0, null, null);
    }

    private static void DiscardCpu(Resources asked, List<string> warnings)
    {
        if (asked.NanoCpus > 0)
        {
            throw QuaiException.Invalid($"NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler {NotMounted[..^1]}");
        }

        if (asked.CpuShares > 0)
        {
            warnings.Add($"Your kernel does not support CPU shares {NotMounted} Shares discarded.");
        }

        if (asked.CpuPeriod != 0 || asked.CpuQuota != 0)
        {
            warnings.Add("Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.");
        }

        if (asked.CpuRealtimePeriod != 0 || asked.CpuRealtimeRuntime != 0)
        {
            throw QuaiException.Invalid("Your kernel does not support CPU real-time scheduler");
        }

        (asked.CpuShares, asked.CpuPeriod, asked.CpuQuota) = (0, 0, 0);
    }

    private static void DiscardBlockIo(Resources asked, List<string> warnings)
    {
        if (asked.BlkioWeight > 0)
        {
            warnings.Add($"Your kernel does not support Block I/O weight {NotMounted} Weight discarded.");
        }

        if (asked.BlkioWeightDevice is { Count: > 0 })
        {
            warnings.Add("Your kernel does not support Block I/O weight_device. Weight-device discarded.");
        }

        Told(asked.BlkioDeviceReadBps, "BPS", "read");
        Told(asked.BlkioDeviceWriteBps, "BPS", "write");
        Told(asked.BlkioDeviceReadIOps, "IOPS", "read");
        Told(asked.BlkioDeviceWriteIOps, "IOPS", "write");
        (asked.BlkioWeight, asked.BlkioWeightDevice) = (0, null);
        (asked.BlkioDeviceReadBps, asked.BlkioDeviceWriteBps, asked.BlkioDeviceReadIOps, asked.BlkioDeviceWriteIOps) = (null, null, null, null);

        void Told(List<ThrottleDevice>? devices, string unit, string way)
        {
            if (devices is { Count: > 0 })
            {
                warnings.Add($"Your kernel does not support {unit} Block I/O {way} limit {NotMounted} Block I/O {unit} {way} limit discarded.");
            }
        }
    }
}
