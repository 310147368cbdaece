using System.Globalization;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Streams;

namespace Quai.Cli.Containers.Views;

/// <summary><c>quai stats</c>: what containers use, once or again and again.</summary>
internal sealed class Stats : Command
{
    private const string TableFormat = "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        ["Container"] = "CONTAINER", ["Name"] = "NAME", ["ID"] = "CONTAINER ID", ["CPUPerc"] = "CPU %", ["MemUsage"] = "MEM USAGE / LIMIT",
        ["MemPerc"] = "MEM %", ["NetIO"] = "NET I/O", ["BlockIO"] = "BLOCK I/O", ["PIDs"] = "PIDS",
    };

    private readonly Flag<bool> _all;
    private readonly Flag<string> _format;
    private readonly Flag<bool> _once;
    private readonly Flag<bool> _full;

    public Stats(string path)
        : base(path)
    {
        _all = Flags.Bool("all", 'a', "Show stopped containers, too");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _once = Flags.Bool("no-stream", '\0', "Show once and end");
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
    }

    public override string Usage => "[OPTIONS] [CONTAINER...]";

    public override string Summary => "Show what containers use, live";

    public override ArgumentCount Arguments => ArgumentCount.Any;

    public override int Execute(Session session, List<string> arguments)
    {
        string format = session.Format(_format.Value, "statsFormat", quiet: false) is { Length: > 0 } asked ? asked : TableFormat;
        var table = new Table(format, Headers);
        if (_once.Value)
        {
            List<Sampler> samplers = [.. Names(session, arguments).Select(n => new Sampler(session, n, stream: false))];
            samplers.ForEach(s => s.WaitFirst());
            int code = Failed(session, samplers);
            if (code == 0)
            {
                Print(session, table, samplers, first: true);
            }

            return code;
        }

        return Follow(session, table, arguments);
    }

    private static int Failed(Session session, List<Sampler> samplers)
    {
        string[] errors = [.. samplers.Select(s => s.Failure).OfType<string>()];
        if (errors.Length > 0)
        {
            session.Error.WriteLine(string.Join("\n", errors));
        }

        return errors.Length > 0 ? 1 : 0;
    }

    private int Follow(Session session, Table table, List<string> arguments)
    {
        var samplers = Names(session, arguments).ToDictionary(n => n, n => new Sampler(session, n, stream: true), StringComparer.Ordinal);
        if (arguments.Count > 0)
        {
            int code = Failed(session, [.. samplers.Values.Where(s => s.WaitFirst().Failure is not null)]);
            if (code != 0)
            {
                return code;
            }
        }

        using var done = new ManualResetEventSlim();
        if (arguments.Count == 0)
        {
            new Thread(() => Watch(session, samplers)) { IsBackground = true }.Start();
        }

        bool first = true;
        while (!done.Wait(first ? 0 : 500))
        {
            List<Sampler> now;
            lock (samplers)
            {
                now = [.. samplers.Values.Where(s => !s.Gone)];
            }

            if (arguments.Count > 0 && now.Count == 0)
            {
                return 0;
            }

            Print(session, table, now, first);
            first = false;
        }

        return 0;
    }

    private void Watch(Session session, Dictionary<string, Sampler> samplers)
    {
        string path = new Query("/events").WithFilters([new("type", "container")]).ToString();
        using ResponseStream events = session.Engine.Transport.Send("GET", path);
        foreach (JsonElement message in events.ReadJsonStream())
        {
            string id = message.Member("Actor").Text("ID");
            lock (samplers)
            {
                switch (message.Text("Action"))
                {
                    case "start" or "create" when message.Text("Action") == "start" || _all.Value:
                        samplers.TryAdd(id, new Sampler(session, id, stream: true));
                        break;
                    case "die" when !_all.Value:
                    case "destroy":
                        samplers.Remove(id);
                        break;
                }
            }
        }
    }

    private IEnumerable<string> Names(Session session, List<string> arguments) => arguments.Count > 0
        ? arguments
        : session.Engine.Transport.Get(new Query("/containers/json").WithSwitch("all", _all.Value).ToString()).Items().Select(c => c.Text("Id"));

    private void Print(Session session, Table table, List<Sampler> samplers, bool first)
    {
        var rows = samplers.Select(s => (Sampler: s.WaitFirst(), s.Latest)).Where(s => s.Sampler.Failure is null)
            .Select(s => Make(s.Sampler.Name, s.Latest, !_full.Value)).ToList();
        string text = table.Render(rows, session.Out.IsTerminal);
        if (_once.Value)
        {
            session.Out.Write(text);
            return;
        }

        Drawing screen = first ? new Drawing().Clear() : new Drawing().Home();
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            screen.Line(line).EndLine();
        }

        session.Out.Draw(screen.ClearRest());
    }

    private static Row Make(string name, JsonElement stats, bool cut)
    {
        JsonElement memory = stats.Member("memory_stats");
        double used = MemoryUsed(memory);
        double limit = memory.Number("limit");
        (double received, double sent) = Network(stats);
        (double read, double written) = Block(stats);
        bool valid = stats.ValueKind == JsonValueKind.Object;
        string show(double n) => n.ToString("F2", CultureInfo.InvariantCulture) + "%";
        string id = stats.Text("id");
        return new Row("*container.statsContext")
            .With("Container", () => name.Length == 64 && cut ? name[..12] : name)
            .With("Name", () => stats.Text("name").Length > 1 ? stats.Text("name").TrimStart('/') : "--")
            .With("ID", () => cut ? Units.ShortId(id) : id)
            .With("CPUPerc", () => valid ? show(Cpu(stats)) : "--")
            .With("MemUsage", () => valid ? $"{Units.BinarySize(used)} / {Units.BinarySize(limit)}" : "-- / --")
            .With("MemPerc", () => valid ? show(limit == 0 ? 0 : used / limit * 100) : "--")
            .With("NetIO", () => valid ? $"{Units.Size(received)} / {Units.Size(sent)}" : "--")
            .With("BlockIO", () => valid ? $"{Units.Size(read)} / {Units.Size(written)}" : "--")
            .With("PIDs", () => valid ? stats.Member("pids_stats").Number("current").ToString() : "--");
    }

    private static double MemoryUsed(JsonElement memory)
    {
        // File pages that nobody uses now can be taken back at once: they are not counted. v1 and v2 name them differently.
        double usage = memory.Number("usage");
        JsonElement details = memory.Member("stats");
        double inactive = details.Member("total_inactive_file").ValueKind == JsonValueKind.Number ? details.Number("total_inactive_file") : details.Number("inactive_file");
        return inactive < usage ? usage - inactive : usage;
    }

    private static double Cpu(JsonElement stats)
    {
        JsonElement now = stats.Member("cpu_stats");
        JsonElement before = stats.Member("precpu_stats");
        double used = (double)now.Member("cpu_usage").Number("total_usage") - before.Member("cpu_usage").Number("total_usage");
        double passed = (double)now.Number("system_cpu_usage") - before.Number("system_cpu_usage");
        double cpus = now.Number("online_cpus");
        cpus = cpus == 0 ? now.Member("cpu_usage").Items("percpu_usage").Count() : cpus;
        return passed > 0 && used > 0 ? used / passed * cpus * 100 : 0;
    }

    private static (double Received, double Sent) Network(JsonElement stats)
    {
        double received = 0, sent = 0;
        foreach (JsonProperty network in stats.Members("networks"))
        {
            received += network.Value.Number("rx_bytes");
            sent += network.Value.Number("tx_bytes");
        }

        return (received, sent);
    }

    private static (double Read, double Written) Block(JsonElement stats)
    {
        double read = 0, written = 0;
        foreach (JsonElement entry in stats.Member("blkio_stats").Items("io_service_bytes_recursive"))
        {
            switch (entry.Text("op"))
            {
                case ['r' or 'R', ..]: read += entry.Number("value"); break;
                case ['w' or 'W', ..]: written += entry.Number("value"); break;
            }
        }

        return (read, written);
    }

    /// <summary>Keeps the newest figures of one container, read on a thread of its own.</summary>
    private sealed class Sampler
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _first = new();
        private readonly Session _session;
        private readonly bool _stream;
        private JsonElement _latest;

        public Sampler(Session session, string name, bool stream)
        {
            (_session, Name, _stream) = (session, name, stream);
            _ = session.Engine.GetVersionAsync().Await();
            new Thread(Read, 512 * 1024) { IsBackground = true }.Start();
        }

        public string Name { get; }

        public string? Failure { get; private set; }

        public bool Gone { get; private set; }

        public JsonElement Latest
        {
            get
            {
                lock (_lock)
                {
                    return _latest;
                }
            }
        }

        public Sampler WaitFirst()
        {
            _first.Task.Wait();
            return this;
        }

        private void Read()
        {
            try
            {
                using ResponseStream response = _session.Engine.Transport.Send("GET", $"/containers/{Query.Segment(Name)}/stats?stream={(_stream ? "1" : "0")}");
                foreach (JsonElement stats in response.ReadJsonStream())
                {
                    lock (_lock)
                    {
                        _latest = stats;
                    }

                    _first.TrySetResult();
                }
            }
            catch (Exception error) when (error is DaemonException or ConnectionException or IOException)
            {
                Failure = error.Message;
            }

            Gone = true;
            _first.TrySetResult();
        }
    }
}
