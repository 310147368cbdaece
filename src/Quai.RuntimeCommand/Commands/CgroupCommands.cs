using System.Globalization;
using System.Text;
using System.Text.Json;
using Quai.Errors;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;

namespace Quai.RuntimeCommand.Commands;

/// <summary>Commands on a container's control groups: <c>ps pause resume update events</c>.</summary>
internal static class CgroupCommands
{
    public static int Processes(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(arguments, ["format,f"], []);
        string format = options.Format("table", "json");
        IReadOnlyList<int> pids = Of(store.Load(options.OnlyId)).Processes();
        StandardStreams.Out(format == "json" ? "[" + string.Join(',', pids) + "]" : string.Join('\n', pids));
        return 0;
    }

    public static int Pause(ContainerStore store, string[] arguments)
    {
        StoredContainer container = Require(store, arguments, "running", "created");
        Of(container).FreezeAsync(CancellationToken.None).GetAwaiter().GetResult();
        return 0;
    }

    public static int Resume(ContainerStore store, string[] arguments)
    {
        StoredContainer container = Require(store, arguments, "paused");
        Of(container).ThawAsync(CancellationToken.None).GetAwaiter().GetResult();
        return 0;
    }

    public static int Update(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(
            arguments,
            [
                "resources,r", "memory", "memory-swap", "memory-reservation", "cpu-share", "cpu-shares", "cpu-quota", "cpu-period", "cpu-rt-period", "cpu-rt-runtime",
                "cpuset-cpus", "cpuset-mems", "pids-limit", "blkio-weight", "kernel-memory", "kernel-memory-tcp",
            ],
            []);
        StoredContainer container = store.Load(options.OnlyId);
        if ((options.Get("kernel-memory") ?? options.Get("kernel-memory-tcp")) is not null)
        {
            ErrorReport.Warn("limits of the kernel's memory are ignored, as in runc: no kernel of today has them");
        }

        Resources resources;
        if (options.Get("resources") is { } file)
        {
            resources = Documents.Resources(file);
        }
        else
        {
            resources = new Resources
            {
                Memory = new MemoryResources { Limit = Bytes(options, "memory"), Swap = Bytes(options, "memory-swap"), Reservation = Bytes(options, "memory-reservation") },
                Cpu = new CpuResources
                {
                    Shares = options.Number<ulong>("cpu-share") ?? options.Number<ulong>("cpu-shares"), Quota = options.Number<long>("cpu-quota"), Period = options.Number<ulong>("cpu-period"),
                    RealtimeRuntime = options.Number<long>("cpu-rt-runtime"), RealtimePeriod = options.Number<ulong>("cpu-rt-period"),
                    Cpus = options.Get("cpuset-cpus"), Mems = options.Get("cpuset-mems"),
                },
                Pids = options.Number<long>("pids-limit") is { } limit ? new PidsResources { Limit = limit } : null,
                BlockIO = options.Number<ushort>("blkio-weight") is { } weight ? new BlockIoResources { Weight = weight } : null,
            };
        }

        Of(container).Update(resources);
        return 0;
    }

    public static int Events(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(arguments, ["interval"], ["stats"]);
        TimeSpan interval = options.Get("interval") is { } text ? Duration(text) : TimeSpan.FromSeconds(5);
        StoredContainer container = store.Load(options.OnlyId);
        while (store.StatusOf(container) != "stopped")
        {
            StandardStreams.Out(Describe(container.Id, Of(container).ReadStats()));
            if (options.Has("stats"))
            {
                break;
            }

            Thread.Sleep(interval);
        }

        return 0;
    }

    private static string Describe(string id, CgroupStats stats)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "stats");
            json.WriteString("id", id);
            json.WriteStartObject("data");
            json.WriteStartObject("cpu");
            json.WriteStartObject("usage");
            json.WriteNumber("total", stats.CpuTotal);
            json.WriteNumber("kernel", stats.CpuKernel);
            json.WriteNumber("user", stats.CpuUser);
            json.WriteEndObject();
            json.WriteStartObject("throttling");
            json.WriteNumber("periods", stats.Periods);
            json.WriteNumber("throttledPeriods", stats.ThrottledPeriods);
            json.WriteNumber("throttledTime", stats.ThrottledTime);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("memory");
            json.WriteStartObject("usage");
            json.WriteNumber("limit", stats.MemoryLimit);
            json.WriteNumber("usage", stats.MemoryUsage);
            json.WriteNumber("max", stats.MemoryMaxUsage);
            json.WriteNumber("failcnt", stats.MemoryFailures);
            json.WriteEndObject();
            json.WriteStartObject("raw");
            foreach ((string key, ulong value) in stats.MemoryDetails)
            {
                json.WriteNumber(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("pids");
            json.WriteNumber("current", stats.Pids);
            json.WriteNumber("limit", stats.PidsLimit == ulong.MaxValue ? 0 : stats.PidsLimit);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static StoredContainer Require(ContainerStore store, string[] arguments, params string[] statuses)
    {
        StoredContainer container = store.Load(Options.Parse(arguments, [], []).OnlyId);
        string status = store.StatusOf(container);
        return statuses.Contains(status) ? container : throw QuaiException.Conflict($"container {container.Id} is {status}, not {string.Join(" or ", statuses)}");
    }

    private static ICgroup Of(StoredContainer container) =>
        container.CgroupsPath is { } path ? CgroupTree.Open(path) : throw QuaiException.Conflict($"container {container.Id} has no cgroup");

    /// <summary>A time with one unit (h, m, s, ms), above zero and below a day.</summary>
    private static TimeSpan Duration(string text)
    {
        (string digits, double unit) = text switch
        {
            [.. var number, 'm', 's'] => (number, 1),
            [.. var number, 's'] => (number, 1000),
            [.. var number, 'm'] => (number, 60_000),
            [.. var number, 'h'] => (number, 3_600_000),
            _ => ("", 0),
        };
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * unit is > 0 and < 86_400_000
            ? TimeSpan.FromMilliseconds(value * unit)
            : throw QuaiException.Invalid($"invalid value \"{text}\" for --interval: a duration such as 5s is needed");
    }

    private static long? Bytes(Options options, string name)
    {
        if (options.Get(name) is not { Length: > 0 } text)
        {
            return null;
        }

        int shift = char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => 0 };
        string digits = shift > 0 ? text[..^1] : text;
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value << shift : throw QuaiException.Invalid($"invalid value \"{text}\" for --{name}");
    }
}
