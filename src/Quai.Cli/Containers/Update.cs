using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Http;

namespace Quai.Cli.Containers;

/// <summary><c>quai update</c>: changes limits of existing containers.</summary>
internal sealed class Update : Command
{
    private readonly Flag<long> _blkioWeight;
    private readonly Flag<long> _cpuPeriod;
    private readonly Flag<long> _cpuQuota;
    private readonly Flag<long> _cpuRealtimePeriod;
    private readonly Flag<long> _cpuRealtimeRuntime;
    private readonly Flag<long> _cpuShares;
    private readonly Flag<long> _cpus;
    private readonly Flag<string> _cpusetCpus;
    private readonly Flag<string> _cpusetMems;
    private readonly Flag<long> _memory;
    private readonly Flag<long> _memoryReservation;
    private readonly Flag<long> _memorySwap;
    private readonly Flag<long> _pidsLimit;
    private readonly ListFlag<string> _publish;
    private readonly ListFlag<string> _unpublish;
    private readonly Flag<string> _restart;

    public Update(string path)
        : base(path)
    {
        _blkioWeight = Flags.Add(new Flag<long>("blkio-weight", '\0', "uint16", "Share of block I/O: 10 to 1000, or 0 for none", 0, FlagValues.Unsigned(16)) { DefaultText = "0" });
        _cpuPeriod = Flags.Int("cpu-period", '\0', "CFS period in microseconds");
        _cpuQuota = Flags.Int("cpu-quota", '\0', "CFS quota in microseconds");
        _cpuRealtimePeriod = Flags.Int("cpu-rt-period", '\0', "Real-time period in microseconds");
        _cpuRealtimeRuntime = Flags.Int("cpu-rt-runtime", '\0', "Real-time runtime in microseconds");
        _cpuShares = Flags.Int("cpu-shares", 'c', "CPU shares (relative weight)");
        _cpus = Flags.Add(new Flag<long>("cpus", '\0', "decimal", "Number of CPUs", 0, FlagValues.NanoCpus));
        _cpusetCpus = Flags.String("cpuset-cpus", '\0', "CPUs to run on (0-3, 0,1)");
        _cpusetMems = Flags.String("cpuset-mems", '\0', "Memory nodes to use (0-3, 0,1)");
        _memory = Flags.Add(new Flag<long>("memory", 'm', "bytes", "Memory limit", 0, FlagValues.Bytes));
        _memoryReservation = Flags.Add(new Flag<long>("memory-reservation", '\0', "bytes", "Soft limit of memory", 0, FlagValues.Bytes));
        _memorySwap = Flags.Add(new Flag<long>("memory-swap", '\0', "bytes", "Limit of memory and swap; -1 for no limit of swap", 0, FlagValues.SwapBytes));
        _pidsLimit = Flags.Int("pids-limit", '\0', "Limit of processes (-1 for none)");
        _publish = Flags.Strings("publish", 'p', "Publish a container's port on the host, beside those that are");
        _unpublish = Flags.Strings("publish-rm", '\0', "Withdraw a published port: as it was published, or the container's port alone");
        _restart = Flags.String("restart", '\0', "What to do when it exits");
    }

    public override string Usage => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Change the limits and the published ports of one or more containers";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (!Flags.All.Any(f => f.Changed && f.Name != "help"))
        {
            throw new ExitException(1, "you must provide one or more flags when using this command");
        }

        ContainerUpdateRequest request = Request();
        var warnings = new List<string>();
        int code = session.ForEach(arguments, name => warnings.AddRange(session.Engine.Containers.UpdateAsync(name, request).Await().Warnings ?? []));
        if (warnings.Count > 0)
        {
            session.Out.WriteLine(string.Join('\n', warnings));
        }

        return code;
    }

    /// <summary>The new limits; zero and null leave a limit unchanged.</summary>
    private ContainerUpdateRequest Request() => new()
    {
        BlkioWeight = (ushort)_blkioWeight.Value,
        CpuPeriod = _cpuPeriod.Value,
        CpuQuota = _cpuQuota.Value,
        CpuRealtimePeriod = _cpuRealtimePeriod.Value,
        CpuRealtimeRuntime = _cpuRealtimeRuntime.Value,
        CpuShares = _cpuShares.Value,
        NanoCpus = _cpus.Value,
        CpusetCpus = _cpusetCpus.Value,
        CpusetMems = _cpusetMems.Value,
        Memory = _memory.Value,
        MemoryReservation = _memoryReservation.Value,
        MemorySwap = _memorySwap.Value,
        PidsLimit = _pidsLimit.Changed ? _pidsLimit.Value : null,
        PublishPorts = Ports(_publish.Values),
        WithdrawPorts = Ports(_unpublish.Values),
        RestartPolicy = _restart.Changed ? CreateRequest.ParseRestart(_restart.Value) : null,
    };

    private static Dictionary<string, List<PortBinding>?>? Ports(List<string> specs) => specs.Count == 0 ? null
        : specs.SelectMany(PortSpec.Parse).GroupBy(p => p.Port).ToDictionary(g => g.Key, List<PortBinding>? (g) => [.. g.Select(p => p.Binding)]);
}
