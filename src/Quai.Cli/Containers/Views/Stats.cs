using System.Globalization;
using Quai.Api.Containers;
using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client;

namespace Quai.Cli.Containers.Views;

/// <summary><c>quai stats</c>: containers' resource usage, once or continuously.</summary>
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
        foreach (EventMessage message in session.Engine.System.EventsAsync([new("type", "container")]).Await())
        {
            string id = message.Actor.ID;
            lock (samplers)
            {
                switch (message.Action)
                {
                    case "start" or "create" when message.Action == "start" || _all.Value:
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
        : session.Engine.Containers.ListAsync(_all.Value).Await().Select(c => c.Id);

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

    private static Row Make(string name, ContainerStats? stats, bool cut)
    {
        string id = stats?.Id ?? "";
        static string show(double n) => n.ToString("F2", CultureInfo.InvariantCulture) + "%";
        string known(Func<ContainerStats, string> column) => stats is null ? "--" : column(stats);
        return new Row("*container.statsContext")
            .With("Container", () => name.Length == 64 && cut ? name[..12] : name)
            .With("Name", () => stats is { Name.Length: > 1 } ? stats.Name.TrimStart('/') : "--")
            .With("ID", () => cut ? Units.ShortId(id) : id)
            .With("CPUPerc", () => known(s => show(Figures.Cpu(s))))
            .With("MemUsage", () => stats is null ? "-- / --" : $"{Units.BinarySize(Figures.Memory(stats))} / {Units.BinarySize(stats.MemoryStats.Limit ?? 0)}")
            .With("MemPerc", () => known(s => show(s.MemoryStats.Limit is > 0 ? Figures.Memory(s) / s.MemoryStats.Limit.Value * 100 : 0)))
            .With("NetIO", () => known(s => Both(Figures.Network(s))))
            .With("BlockIO", () => known(s => Both(Figures.Block(s))))
            .With("PIDs", () => known(s => (s.PidsStats.Current ?? 0).ToString(CultureInfo.InvariantCulture)));
    }

    private static string Both((double In, double Out) bytes) => $"{Units.Size(bytes.In)} / {Units.Size(bytes.Out)}";

    /// <summary>Keeps the newest statistics of one container, read on a separate thread.</summary>
    private sealed class Sampler
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _first = new();
        private readonly Session _session;
        private readonly bool _stream;
        private ContainerStats? _latest;

        public Sampler(Session session, string name, bool stream)
        {
            (_session, Name, _stream) = (session, name, stream);
            _ = session.Engine.GetVersionAsync().Await();
            new Thread(Read, 512 * 1024) { IsBackground = true }.Start();
        }

        public string Name { get; }

        public string? Failure { get; private set; }

        public bool Gone { get; private set; }

        public ContainerStats? Latest
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
                foreach (ContainerStats stats in _session.Engine.Containers.StatsAsync(Name, _stream).Await())
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
