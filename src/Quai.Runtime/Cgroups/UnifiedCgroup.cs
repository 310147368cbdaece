using Quai.Linux;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Cgroups;

/// <summary>A container's group on cgroup v2.</summary>
internal sealed class UnifiedCgroup(string directory) : ICgroup
{
    public bool Exists => Directory.Exists(directory);

    public bool IsFrozen => CgroupFiles.Number(directory + "/cgroup.freeze") == 1;

    public Task FreezeAsync(CancellationToken cancellation) => SetFrozenAsync(true, cancellation);

    public Task ThawAsync(CancellationToken cancellation) => SetFrozenAsync(false, cancellation);

    public IReadOnlyList<int> Processes() => CgroupFiles.Processes(directory + "/cgroup.procs");

    public CgroupStats ReadStats()
    {
        Dictionary<string, ulong> cpu = CgroupFiles.KeyValues(directory + "/cpu.stat");
        Dictionary<string, ulong> events = CgroupFiles.KeyValues(directory + "/memory.events");
        (List<BlockIo> bytes, List<BlockIo> operations) = Block();
        return new CgroupStats
        {
            V2 = true,
            CpuTotal = cpu.GetValueOrDefault("usage_usec") * 1000,
            CpuUser = cpu.GetValueOrDefault("user_usec") * 1000,
            CpuKernel = cpu.GetValueOrDefault("system_usec") * 1000,
            Periods = cpu.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = cpu.GetValueOrDefault("nr_throttled"),
            ThrottledTime = cpu.GetValueOrDefault("throttled_usec") * 1000,
            MemoryUsage = CgroupFiles.Number(directory + "/memory.current"),
            MemoryMaxUsage = CgroupFiles.Number(directory + "/memory.peak"),
            MemoryLimit = CgroupFiles.Number(directory + "/memory.max"),
            MemoryFailures = events.GetValueOrDefault("max"),
            MemoryDetails = CgroupFiles.KeyValues(directory + "/memory.stat"),
            Pids = CgroupFiles.Number(directory + "/pids.current"),
            PidsLimit = CgroupFiles.Number(directory + "/pids.max"),
            BlockBytes = bytes,
            BlockOperations = operations,
        };
    }

    public void Update(Resources resources)
    {
        foreach ((string file, string value) in UnifiedLimits.Of(resources, CgroupLayout.Current))
        {
            CgroupFiles.Write(directory + "/" + file, value);
        }
    }

    private async Task SetFrozenAsync(bool frozen, CancellationToken cancellation)
    {
        CgroupFiles.Write(directory + "/cgroup.freeze", frozen ? "1" : "0");
        for (int i = 0; CgroupFiles.KeyValues(directory + "/cgroup.events").GetValueOrDefault("frozen") != (frozen ? 1UL : 0UL); i++)
        {
            if (i == 1000)
            {
                throw new LinuxException("freeze", Errno.ETIMEDOUT, directory);
            }

            await Task.Delay(1, cancellation).ConfigureAwait(false);
        }
    }

    private (List<BlockIo> Bytes, List<BlockIo> Operations) Block()
    {
        List<BlockIo> bytes = [], operations = [];
        foreach (string line in (CgroupFiles.Text(directory + "/io.stat") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 254:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0
            string[] parts = line.Split(' ');
            string[] device = parts[0].Split(':');
            if (device.Length != 2 || !ulong.TryParse(device[0], out ulong major) || !ulong.TryParse(device[1], out ulong minor))
            {
                continue;
            }

            foreach (string part in parts.Skip(1))
            {
                int equals = part.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0 && ulong.TryParse(part.AsSpan(equals + 1), out ulong value))
                {
                    switch (part[..equals])
                    {
                        case "rbytes": bytes.Add(new BlockIo(major, minor, "read", value)); break;
                        case "wbytes": bytes.Add(new BlockIo(major, minor, "write", value)); break;
                        case "rios": operations.Add(new BlockIo(major, minor, "read", value)); break;
                        case "wios": operations.Add(new BlockIo(major, minor, "write", value)); break;
                    }
                }
            }
        }

        return (bytes, operations);
    }
}
