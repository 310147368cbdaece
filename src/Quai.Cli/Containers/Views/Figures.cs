using Quai.Api.Containers;

namespace Quai.Cli.Containers.Views;

/// <summary>Values computed from a sample of a container's statistics.</summary>
internal static class Figures
{
    /// <summary>Memory in bytes. Inactive file pages can be reclaimed at once and are not counted. v1 and v2 name them differently.</summary>
    public static double Memory(ContainerStats stats)
    {
        MemoryStats memory = stats.MemoryStats;
        double usage = memory.Usage ?? 0;
        double inactive = memory.Stats is not { } details ? 0
            : details.TryGetValue("total_inactive_file", out ulong total) ? total
            : details.GetValueOrDefault("inactive_file");
        return inactive < usage ? usage - inactive : usage;
    }

    /// <summary>Percent of one processor since the previous sample.</summary>
    public static double Cpu(ContainerStats stats)
    {
        CpuStats now = stats.CpuStats;
        CpuStats before = stats.PreCpuStats;
        double used = (double)now.CpuUsage.TotalUsage - before.CpuUsage.TotalUsage;
        double passed = (double)(now.SystemCpuUsage ?? 0) - (before.SystemCpuUsage ?? 0);
        double cpus = now.OnlineCpus ?? 0;
        cpus = cpus == 0 ? now.CpuUsage.PercpuUsage?.Count ?? 0 : cpus;
        return passed > 0 && used > 0 ? used / passed * cpus * 100 : 0;
    }

    /// <summary>Bytes received and sent.</summary>
    public static (double Received, double Sent) Network(ContainerStats stats)
    {
        double received = 0, sent = 0;
        foreach (NetworkStats network in stats.Networks?.Values ?? Enumerable.Empty<NetworkStats>())
        {
            received += network.RxBytes;
            sent += network.TxBytes;
        }

        return (received, sent);
    }

    /// <summary>Bytes read from and written to block devices.</summary>
    public static (double Read, double Written) Block(ContainerStats stats)
    {
        double read = 0, written = 0;
        foreach (BlkioEntry entry in stats.BlkioStats.IoServiceBytesRecursive ?? [])
        {
            switch (entry.Op)
            {
                case ['r' or 'R', ..]: read += entry.Value; break;
                case ['w' or 'W', ..]: written += entry.Value; break;
            }
        }

        return (read, written);
    }
}
