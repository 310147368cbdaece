using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Quai.Errors;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;

namespace Quai.RuntimeCommand.Commands;

/// <summary>What works on a container's control groups: <c>ps pause resume update events</c>.</summary>
internal static class CgroupCommands
{
    public static int Processes(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(arguments, ["format", "f"], stopAtPositional: false);
        IReadOnlyList<int> pids = Of(store.Load(options.Id)).Processes();
        StandardStreams.Out(options.Get("format", "f") == "json" ? "[" + string.Join(',', pids) + "]" : string.Join('\n', pids));
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
                "resources", "r", "memory", "memory-swap", "memory-reservation", "cpu-shares", "cpu-quota", "cpu-period", "cpuset-cpus", "cpuset-mems", "pids-limit", "blkio-weight",
                "cpu-share", "cpu-rt-period", "cpu-rt-runtime", "kernel-memory", "kernel-memory-tcp", "cpu-idle", "cpu-burst",
            ]);
        StoredContainer container = store.Load(options.Id);
        Resources resources;
        if (options.Get("resources", "r") is { } file)
        {
            using Stream input = file == "-" ? new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read) : File.OpenRead(file);
            using MemoryStream document = new();
            input.CopyTo(document);
            resources = RuntimeSpecReader.ReadResources(document.ToArray());
        }
        else
        {
            resources = new Resources
            {
                Memory = new MemoryResources { Limit = Bytes(options, "memory"), Swap = Bytes(options, "memory-swap"), Reservation = Bytes(options, "memory-reservation") },
                Cpu = new CpuResources
                {
                    Shares = (ulong?)(Number(options, "cpu-shares") ?? Number(options, "cpu-share")), Quota = Number(options, "cpu-quota"), Period = (ulong?)Number(options, "cpu-period"),
                    Cpus = options.Get("cpuset-cpus"), Mems = options.Get("cpuset-mems"),
                },
                Pids = Number(options, "pids-limit") is { } limit ? new PidsResources { Limit = limit } : null,
                BlockIO = Number(options, "blkio-weight") is { } weight ? new BlockIoResources { Weight = (ushort)weight } : null,
            };
        }

        Of(container).Update(resources);
        return 0;
    }

    public static int Events(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(arguments, ["interval"]);
        StoredContainer container = store.Load(options.Id);
        TimeSpan interval = options.Get("interval") is { } text && text.EndsWith('s') ? TimeSpan.FromSeconds(double.Parse(text[..^1], CultureInfo.InvariantCulture)) : TimeSpan.FromSeconds(5);
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
        StoredContainer container = store.Load(Options.Parse(arguments, []).Id);
        string status = store.StatusOf(container);
        return statuses.Contains(status) ? container : throw QuaiException.Conflict($"container {container.Id} is {status}, not {string.Join(" or ", statuses)}");
    }

    private static ICgroup Of(StoredContainer container) =>
        container.CgroupsPath is { } path ? CgroupTree.Open(path) : throw QuaiException.Conflict($"container {container.Id} has no cgroup");

    private static long? Number(Options options, string name) => options.Get(name) is { } text
        ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : throw QuaiException.Invalid($"invalid value \"{text}\" for --{name}")
        : null;

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
