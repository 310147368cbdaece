using System.Globalization;
using Quai.Api.Containers;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>Which limits may be requested; shared by create and update.</summary>
public static class ResourceRules
{
    private const long MinimumMemory = 6L << 20;

    private static readonly HashSet<string> s_ulimits =
        ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"];

    /// <summary>Refuses impossible limits.</summary>
    /// <param name="r">The request.</param>
    /// <param name="update">Whether it changes an existing container: then swap is checked together with the current limits.</param>
    public static void Validate(Resources r, bool update)
    {
        if (r.Memory is not 0 and < MinimumMemory)
        {
            throw QuaiException.Invalid("Minimum memory limit allowed is 6MB");
        }

        if (r.CpuShares < 0)
        {
            throw QuaiException.Invalid($"invalid CPU shares ({r.CpuShares}): value must be a positive integer");
        }

        if (r.MemorySwap > 0 && r.Memory > 0 && r.MemorySwap < r.Memory)
        {
            throw QuaiException.Invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
        }

        if (r.Memory == 0 && r.MemorySwap > 0 && !update)
        {
            throw QuaiException.Invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
        }

        if (r.MemorySwappiness is { } swappiness && swappiness is < -1 or > 100)
        {
            throw QuaiException.Invalid($"Invalid value: {r.MemorySwappiness}, valid memory swappiness range is 0-100");
        }

        if (r.MemoryReservation is > 0 and < MinimumMemory)
        {
            throw QuaiException.Invalid("Minimum memory reservation allowed is 6MB");
        }

        if (r.Memory > 0 && r.MemoryReservation > 0 && r.Memory < r.MemoryReservation)
        {
            throw QuaiException.Invalid("Minimum memory limit can not be less than memory reservation limit, see usage");
        }

        ValidateCpu(r);
        if (r.IOMaximumIOps > 0 || r.IOMaximumBandwidth > 0)
        {
            throw QuaiException.Invalid($"invalid option: {(r.IOMaximumIOps > 0 ? "IOMaximumIOps" : "IOMaximumBandwidth")} is for Windows alone; take it out");
        }

        if (r.BlkioWeight is > 0 and (< 10 or > 1000))
        {
            throw QuaiException.Invalid("Range of blkio weight is from 10 to 1000");
        }

        foreach (Ulimit limit in r.Ulimits ?? [])
        {
            Validate(limit);
        }
    }

    /// <summary>Refuses a limit that does not exist, or that makes no sense.</summary>
    public static void Validate(Ulimit limit)
    {
        if (!s_ulimits.Contains(limit.Name))
        {
            throw QuaiException.Invalid($"invalid ulimit type: {limit.Name}");
        }

        if (limit.Hard != -1 && (limit.Soft == -1 || limit.Soft > limit.Hard))
        {
            throw QuaiException.Invalid($"ulimit soft limit must be less than or equal to hard limit: {limit.Soft} > {limit.Hard}");
        }
    }

    private static void ValidateCpu(Resources r)
    {
        int cpus = Environment.ProcessorCount;
        if (r.NanoCpus > 0 && r.CpuPeriod > 0)
        {
            throw QuaiException.Invalid("Conflicting options: Nano CPUs and CPU Period cannot both be set");
        }

        if (r.NanoCpus > 0 && r.CpuQuota > 0)
        {
            throw QuaiException.Invalid("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        }

        if (r.NanoCpus < 0 || r.NanoCpus > cpus * 1_000_000_000L || r.NanoCpus is > 0 and < 10_000_000)
        {
            throw QuaiException.Invalid($"range of CPUs is from 0.01 to {cpus.ToString("F2", CultureInfo.InvariantCulture)}, as there are only {cpus} CPUs available");
        }

        if (r.CpuPeriod is not 0 and (< 1000 or > 1_000_000))
        {
            throw QuaiException.Invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        }

        if (r.CpuQuota is > 0 and < 1000)
        {
            throw QuaiException.Invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        }

        CheckSet("cpuset cpus", "CPUs", r.CpusetCpus, "/sys/devices/system/cpu/online");
        CheckSet("cpuset mems", "Memory nodes", r.CpusetMems, "/sys/devices/system/node/online");
    }

    private static void CheckSet(string name, string what, string wanted, string file)
    {
        if (wanted.Length == 0)
        {
            return;
        }

        HashSet<int> asked = ParseSet(wanted) ?? throw QuaiException.Invalid($"Invalid value {wanted} for {name}: invalid format: {wanted}");
        string available = File.Exists(file) ? File.ReadAllText(file).Trim() : "0";
        if (!asked.IsSubsetOf(ParseSet(available) ?? []))
        {
            throw QuaiException.Invalid($"Requested {what} are not available - requested {wanted}, available: {available}");
        }
    }

    private static HashSet<int>? ParseSet(string text)
    {
        HashSet<int> result = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int start)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int end) || end < start || end > 8192)
            {
                return null;
            }

            result.UnionWith(Enumerable.Range(start, end - start + 1));
        }

        return result;
    }
}
