using System.Globalization;
using Quai.Linux;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Cgroups;

/// <summary>A container's groups on cgroup v1: one directory in each hierarchy.</summary>
internal sealed class LegacyCgroup(string path) : ICgroup
{
    public bool Exists => CgroupTree.Hierarchies.Any(h => Directory.Exists(h.MountPoint + path));

    // Without root the hierarchy may be out of reach: then nobody froze anything.
    public bool IsFrozen => Find("freezer") is { } directory && CgroupFiles.Text(directory + "/freezer.state") is "FROZEN" or "FREEZING";

    public async Task FreezeAsync(CancellationToken cancellation)
    {
        string state = Of("freezer") + "/freezer.state";
        for (int i = 0; i < 1000; i++)
        {
            // A process that forks while it is being frozen can escape the first attempt: try again until all are frozen.
            CgroupFiles.Write(state, "FROZEN");
            if (CgroupFiles.Text(state) == "FROZEN")
            {
                return;
            }

            await Task.Delay(1, cancellation).ConfigureAwait(false);
        }

        CgroupFiles.Write(state, "THAWED");
        throw new LinuxException("freeze", Errno.ETIMEDOUT, path);
    }

    public Task ThawAsync(CancellationToken cancellation)
    {
        CgroupFiles.Write(Of("freezer") + "/freezer.state", "THAWED");
        return Task.CompletedTask;
    }

    public IReadOnlyList<int> Processes()
    {
        string? directory = Find("pids") ?? Find("memory") ?? Find("freezer");
        return directory is null ? [] : CgroupFiles.Processes(directory + "/cgroup.procs");
    }

    public CgroupStats ReadStats()
    {
        string? cpu = Find("cpu"), account = Find("cpuacct"), memory = Find("memory"), pids = Find("pids"), block = Find("blkio");
        Dictionary<string, ulong> throttling = cpu is null ? [] : CgroupFiles.KeyValues(cpu + "/cpu.stat");
        return new CgroupStats
        {
            CpuTotal = CgroupFiles.Number(account + "/cpuacct.usage"),
            CpuUser = CgroupFiles.Number(account + "/cpuacct.usage_user"),
            CpuKernel = CgroupFiles.Number(account + "/cpuacct.usage_sys"),
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttling.GetValueOrDefault("throttled_time"),
            MemoryUsage = CgroupFiles.Number(memory + "/memory.usage_in_bytes"),
            MemoryMaxUsage = CgroupFiles.Number(memory + "/memory.max_usage_in_bytes"),
            MemoryLimit = CgroupFiles.Number(memory + "/memory.limit_in_bytes"),
            MemoryFailures = CgroupFiles.Number(memory + "/memory.failcnt"),
            MemoryDetails = memory is null ? [] : CgroupFiles.KeyValues(memory + "/memory.stat"),
            Pids = CgroupFiles.Number(pids + "/pids.current"),
            PidsLimit = CgroupFiles.Number(pids + "/pids.max"),
            BlockBytes = Block(block + "/blkio.throttle.io_service_bytes_recursive"),
            BlockOperations = Block(block + "/blkio.throttle.io_serviced_recursive"),
        };
    }

    public void Update(Resources resources)
    {
        foreach ((string file, string value) in LegacyLimits.Of(resources, CgroupLayout.Current))
        {
            string controller = file[..file.IndexOf('.', StringComparison.Ordinal)];
            if (Find(controller) is { } directory && controller != "devices")
            {
                WriteLimit(directory, file, value, resources);
            }
        }
    }

    /// <summary>The memory limit may not exceed the memory+swap limit at any moment: which one is written first depends on the direction.</summary>
    private static void WriteLimit(string directory, string file, string value, Resources resources)
    {
        try
        {
            CgroupFiles.Write(directory + "/" + file, value);
        }
        catch (LinuxException) when (file == "memory.limit_in_bytes" && resources.Memory?.Swap is { } swap)
        {
            CgroupFiles.Write(directory + "/memory.memsw.limit_in_bytes", swap.ToString(CultureInfo.InvariantCulture));
            CgroupFiles.Write(directory + "/" + file, value);
        }
    }

    private static List<BlockIo> Block(string file)
    {
        List<BlockIo> rows = [];
        foreach (string line in (CgroupFiles.Text(file) ?? "").Split('\n'))
        {
            // 254:0 Read 4096
            string[] parts = line.Split([' ', ':']);
            if (parts.Length == 4 && ulong.TryParse(parts[0], out ulong major) && ulong.TryParse(parts[1], out ulong minor) && ulong.TryParse(parts[3], out ulong value))
            {
                rows.Add(new BlockIo(major, minor, parts[2].ToLowerInvariant(), value));
            }
        }

        return rows;
    }

    private string? Find(string controller) => CgroupTree.MountPointOf(controller) is { } mount ? mount + path : null;

    private string Of(string controller) => Find(controller) ?? throw new LinuxException("cgroup", Errno.ENODEV, controller);
}
