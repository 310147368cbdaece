using System.Globalization;
using System.Runtime.CompilerServices;
using Quai.Api.Containers;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Views;

/// <summary>Samples containers' resource usage.</summary>
internal sealed class ContainerStatistics(ContainerRegistry registry, TimeProvider time)
{
    private static readonly TimeSpan s_sampling = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="IContainers.StatsAsync"/>
    public IAsyncEnumerable<ContainerStats> RunAsync(string id, bool stream, bool oneShot, CancellationToken cancellation) =>
        SampleAsync(registry.Resolve(id), stream, oneShot, cancellation);

    private async IAsyncEnumerable<ContainerStats> SampleAsync(Container container, bool stream, bool oneShot, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ContainerStats? previous = null;
        if (!oneShot && container.State.HasProcess)
        {
            previous = Sample(container, null);
            await RestAsync(container, cancellation).ConfigureAwait(false);
        }

        do
        {
            if (cancellation.IsCancellationRequested || container.Removed.Task.IsCompleted)
            {
                yield break;
            }

            ContainerStats sample = Sample(container, previous);
            yield return sample;
            previous = sample;
            if (stream)
            {
                await RestAsync(container, cancellation).ConfigureAwait(false);
            }
        }
        while (stream);
    }

    private async Task RestAsync(Container container, CancellationToken cancellation)
    {
        try
        {
            await container.Removed.Task.WaitAsync(s_sampling, time, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
        }
    }

    private ContainerStats Sample(Container container, ContainerStats? previous)
    {
        var sample = new ContainerStats { Name = "/" + container.Name, Id = container.Id };
        if (container.Run is not { } run)
        {
            return sample;
        }

        ICgroup cgroup = CgroupTree.Open(run.CgroupsPath);
        CgroupStats usage;
        try
        {
            usage = cgroup.ReadStats();
        }
        catch (Exception e) when (e is Linux.LinuxException or IOException)
        {
            // It ended this very moment.
            return sample;
        }

        sample.Read = ApiTime.FormatNano(time.GetUtcNow());
        sample.PreRead = previous?.Read ?? ApiTime.Never;
        sample.PreCpuStats = previous?.CpuStats ?? new CpuStats();
        sample.PidsStats = new PidsStats { Current = usage.Pids, Limit = usage.PidsLimit is 0 or ulong.MaxValue ? null : usage.PidsLimit };
        sample.CpuStats = CpuOf(usage);
        sample.MemoryStats = MemoryOf(usage);
        sample.BlkioStats = new BlkioStats
        {
            IoServiceBytesRecursive = Entries(usage.BlockBytes, usage.V2),
            IoServicedRecursive = Entries(usage.BlockOperations, usage.V2),
            IoQueueRecursive = Entries([], usage.V2),
            IoServiceTimeRecursive = Entries([], usage.V2),
            IoWaitTimeRecursive = Entries([], usage.V2),
            IoMergedRecursive = Entries([], usage.V2),
            IoTimeRecursive = Entries([], usage.V2),
            SectorsRecursive = Entries([], usage.V2),
        };
        if (container.Spec.Network.Mode.Network is not null)
        {
            sample.Networks = NetworksOf(run.Shim.Pid);
        }

        return sample;
    }

    private static CpuStats CpuOf(CgroupStats usage)
    {
        (ulong system, uint cpus) = SystemCpu();
        return new CpuStats
        {
            CpuUsage = new CpuUsage { TotalUsage = usage.CpuTotal, UsageInKernelmode = usage.CpuKernel, UsageInUsermode = usage.CpuUser },
            SystemCpuUsage = system,
            OnlineCpus = cpus,
            ThrottlingData = new ThrottlingData { Periods = usage.Periods, ThrottledPeriods = usage.ThrottledPeriods, ThrottledTime = usage.ThrottledTime },
        };
    }

    private static MemoryStats MemoryOf(CgroupStats usage)
    {
        ulong machine = (ulong)Host.Machine.MemoryTotal;
        return new MemoryStats
        {
            Usage = usage.MemoryUsage,
            MaxUsage = usage.V2 ? null : usage.MemoryMaxUsage,
            Failcnt = usage.V2 || usage.MemoryFailures == 0 ? null : usage.MemoryFailures,
            Stats = new Dictionary<string, ulong>(usage.MemoryDetails),
            Limit = usage.MemoryLimit == 0 || usage.MemoryLimit > machine ? machine : usage.MemoryLimit,
        };
    }

    private static List<BlkioEntry>? Entries(IReadOnlyList<BlockIo> lines, bool v2) =>
        v2 && lines.Count == 0 ? null : [.. lines.Select(l => new BlkioEntry { Major = l.Major, Minor = l.Minor, Op = l.Operation, Value = l.Value })];

    /// <summary>Total time of all processors in nanoseconds, from the first line of /proc/stat, and how many processors there are.</summary>
    private static (ulong Nanoseconds, uint Count) SystemCpu()
    {
        const ulong NanosecondsPerTick = 10_000_000;
        ulong ticks = 0;
        uint count = 0;
        foreach (string line in File.ReadLines("/proc/stat"))
        {
            if (!line.StartsWith("cpu", StringComparison.Ordinal))
            {
                break;
            }

            if (line[3] != ' ')
            {
                count++;
                continue;
            }

            // user nice system idle iowait irq softirq: these already include what follows.
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 1; i <= 7 && i < fields.Length; i++)
            {
                ticks += ulong.Parse(fields[i], CultureInfo.InvariantCulture);
            }
        }

        return (ticks * NanosecondsPerTick, count);
    }

    private static Dictionary<string, NetworkStats>? NetworksOf(int pid)
    {
        try
        {
            var result = new Dictionary<string, NetworkStats>();
            foreach (string line in File.ReadLines($"/proc/{pid}/net/dev").Skip(2))
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                string name = line[..colon].Trim();
                ulong[] f = [.. line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => ulong.Parse(v, CultureInfo.InvariantCulture))];
                if (name.StartsWith("eth", StringComparison.Ordinal) && f.Length >= 12)
                {
                    result[name] = new NetworkStats { RxBytes = f[0], RxPackets = f[1], RxErrors = f[2], RxDropped = f[3], TxBytes = f[8], TxPackets = f[9], TxErrors = f[10], TxDropped = f[11] };
                }
            }

            return result;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
