using System.Buffers;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

namespace Quai.Cli.Containers;

/// <summary><c>quai update</c>: changes limits of containers that are there.</summary>
internal sealed class Update : Command
{
    private readonly List<(Flag<long> Flag, string Name)> _numbers = [];
    private readonly List<(Flag<string> Flag, string Name)> _texts = [];
    private readonly Flag<string> _restart;

    public Update(string path)
        : base(path)
    {
        Number(new Flag<long>("blkio-weight", '\0', "uint16", "Share of block I/O: 10 to 1000, or 0 for none", 0, FlagValues.Unsigned(16)) { DefaultText = "0" }, "BlkioWeight");
        Number("cpu-period", '\0', "CFS period in microseconds", "CpuPeriod");
        Number("cpu-quota", '\0', "CFS quota in microseconds", "CpuQuota");
        Number("cpu-rt-period", '\0', "Real-time period in microseconds", "CpuRealtimePeriod");
        Number("cpu-rt-runtime", '\0', "Real-time runtime in microseconds", "CpuRealtimeRuntime");
        Number("cpu-shares", 'c', "CPU shares (relative weight)", "CpuShares");
        Number(new Flag<long>("cpus", '\0', "decimal", "Number of CPUs", 0, FlagValues.NanoCpus), "NanoCpus");
        _texts.Add((Flags.String("cpuset-cpus", '\0', "CPUs to run on (0-3, 0,1)"), "CpusetCpus"));
        _texts.Add((Flags.String("cpuset-mems", '\0', "Memory nodes to use (0-3, 0,1)"), "CpusetMems"));
        Number(new Flag<long>("memory", 'm', "bytes", "Memory limit", 0, FlagValues.Bytes), "Memory");
        Number(new Flag<long>("memory-reservation", '\0', "bytes", "Soft limit of memory", 0, FlagValues.Bytes), "MemoryReservation");
        Number(new Flag<long>("memory-swap", '\0', "bytes", "Limit of memory and swap; -1 for no limit of swap", 0, FlagValues.SwapBytes), "MemorySwap");
        Number("pids-limit", '\0', "Limit of processes (-1 for none)", "PidsLimit");
        _restart = Flags.String("restart", '\0', "What to do when it exits");
    }

    public override string Usage => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Change the limits of one or more containers";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (!Flags.All.Any(f => f.Changed && f.Name != "help"))
        {
            throw new ExitException(1, "you must provide one or more flags when using this command");
        }

        byte[] body = Body();
        var warnings = new List<string>();
        int code = session.ForEach(arguments, name => warnings.AddRange(session.Engine.Transport.Post($"/containers/{Query.Segment(name)}/update", body).Texts("Warnings")));
        if (warnings.Count > 0)
        {
            session.Out.WriteLine(string.Join('\n', warnings));
        }

        return code;
    }

    private byte[] Body()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach ((Flag<long> flag, string name) in _numbers)
            {
                if (flag.Changed)
                {
                    json.WriteNumber(name, flag.Value);
                }
            }

            foreach ((Flag<string> flag, string name) in _texts)
            {
                if (flag.Changed)
                {
                    json.WriteString(name, flag.Value);
                }
            }

            if (_restart.Changed)
            {
                (string policy, int retries) = CreateRequest.ParseRestart(_restart.Value);
                json.WriteStartObject("RestartPolicy");
                json.WriteString("Name", policy);
                json.WriteNumber("MaximumRetryCount", retries);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void Number(string name, char shorthand, string usage, string member) => _numbers.Add((Flags.Int(name, shorthand, usage), member));

    private void Number(Flag<long> flag, string member) => _numbers.Add((Flags.Add(flag), member));
}
