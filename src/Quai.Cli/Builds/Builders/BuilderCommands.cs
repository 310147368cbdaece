using System.Globalization;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Cache;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Host;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

namespace Quai.Cli.Builds.Builders;

/// <summary><c>quai buildx create</c>.</summary>
internal sealed class CreateBuilder : Command
{
    private const string Remote = "remote";

    private readonly Flag<bool> _bootstrap;
    private readonly Flag<string> _driver;
    private readonly Flag<string> _name;
    private readonly Flag<bool> _use;

    public CreateBuilder(string path)
        : base(path)
    {
        _bootstrap = Flags.Bool("bootstrap", '\0', "Connect to it at once");
        _driver = Flags.String("driver", '\0', "Kind of builder; only \"remote\" in this version of Quai");
        _name = Flags.String("name", '\0', "Its name");
        _use = Flags.Bool("use", '\0', "Use it from now on");
    }

    public override string Usage => "[OPTIONS] ENDPOINT";

    public override string Summary => "Make a builder known";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_driver.Value != Remote)
        {
            throw new ExitException(1, _driver.Value.Length == 0
                ? "ERROR: --driver remote is needed: other kinds of builders are not available in this version of Quai"
                : $"ERROR: the driver \"{_driver.Value}\" is not available in this version of Quai: only \"remote\" is");
        }

        if (arguments.Count == 0)
        {
            throw new ExitException(1, "ERROR: the address of the builder is needed, such as unix:///run/buildkit/buildkitd.sock");
        }

        Endpoint endpoint;
        try
        {
            endpoint = Endpoint.Parse(arguments[0]);
        }
        catch (FormatException e)
        {
            throw new ExitException(1, "ERROR: " + e.Message);
        }

        BuilderList list = BuilderList.Load(session.ConfigFolder);
        string name = _name.Value.Length > 0 ? _name.Value : NewName(list);
        if (name == KnownBuilders.Default || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')) || !char.IsAsciiLetter(name[0]))
        {
            throw new ExitException(1, name == KnownBuilders.Default
                ? "ERROR: \"default\" is a reserved name and cannot be used to identify builder instance"
                : $"ERROR: invalid builder name {name}: it starts with a letter, and has letters, digits, \"_\", \"-\" and \".\"");
        }

        if (list.Builders.Any(b => b.Name == name))
        {
            throw new ExitException(1, $"ERROR: existing instance for \"{name}\" but no append mode, specify another --name");
        }

        var entry = new BuilderEntry(name, Remote, endpoint.Text);
        if (_bootstrap.Value)
        {
            BuilderStatus status = BuilderStatus.Ask(new ChosenBuilder(name, Remote, entry.Endpoint, new RemoteConnector(endpoint)));
            if (status.Error.Length > 0)
            {
                throw new ExitException(1, "ERROR: " + status.Error);
            }
        }

        new BuilderList(_use.Value ? name : list.Current, [.. list.Builders, entry]).Save(session.ConfigFolder);
        session.Out.WriteLine(name);
        return 0;
    }

    private static string NewName(BuilderList list)
    {
        int number = 0;
        while (list.Builders.Any(b => b.Name == $"remote{number}"))
        {
            number++;
        }

        return $"remote{number}";
    }
}

/// <summary><c>quai buildx use</c>.</summary>
internal sealed class UseBuilder : Command
{
    public UseBuilder(string path)
        : base(path)
    {
        Flags.Bool("default", '\0', "Accepted and ignored: there is one current builder");
        Flags.Bool("global", '\0', "Accepted and ignored: there is one current builder");
    }

    public override string Usage => "[OPTIONS] NAME";

    public override string Summary => "Use a builder from now on";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        ChosenBuilder chosen = KnownBuilders.Choose(session, arguments[0]);
        (BuilderList.Load(session.ConfigFolder) with { Current = chosen.Name == KnownBuilders.Default ? "" : chosen.Name }).Save(session.ConfigFolder);
        return 0;
    }
}

/// <summary><c>quai buildx rm</c>.</summary>
internal sealed class RemoveBuilder : Command
{
    private readonly Flag<string> _builder;

    public RemoveBuilder(string path)
        : base(path)
    {
        _builder = Flags.String("builder", '\0', "The builder, the same as the argument");
        Flags.Bool("force", 'f', "Do not ask: nothing is asked");
        Flags.Bool("keep-daemon", '\0', "Keep the builder's daemon running: it always is");
        Flags.Bool("keep-state", '\0', "Keep what the builder has: it always does");
    }

    public override string Usage => "[OPTIONS] NAME [NAME...]";

    public override string Summary => "Forget builders";

    public override ArgumentCount Arguments => ArgumentCount.Any;

    public override int Execute(Session session, List<string> arguments)
    {
        List<string> names = arguments.Count > 0 ? arguments : [_builder.Value.Length > 0 ? _builder.Value : KnownBuilders.Choose(session, "").Name];
        foreach (string name in names)
        {
            BuilderList list = BuilderList.Load(session.ConfigFolder);
            if (name == KnownBuilders.Default)
            {
                throw new ExitException(1, "ERROR: failed to remove default: context builder cannot be removed, the daemon has it");
            }

            if (list.Builders.All(b => b.Name != name))
            {
                throw new ExitException(1, $"ERROR: no builder \"{name}\" found");
            }

            new BuilderList(list.Current == name ? "" : list.Current, [.. list.Builders.Where(b => b.Name != name)]).Save(session.ConfigFolder);
            session.Error.WriteLine($"{name} removed");
        }

        return 0;
    }
}

/// <summary><c>quai buildx ls</c>.</summary>
internal sealed class ListBuilders : Command
{
    private readonly Flag<string> _format;

    public ListBuilders(string path)
        : base(path)
    {
        _format = Flags.String("format", '\0', "Format of the list", "table");
        Flags.Bool("no-trunc", '\0', "Accepted and ignored: nothing is cut");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List builders";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        string current = KnownBuilders.Choose(session, "").Name;
        var rows = new List<Row>();
        foreach (ChosenBuilder builder in KnownBuilders.All(session))
        {
            BuilderStatus status = BuilderStatus.Ask(builder);
            rows.Add(Line(builder.Name + (builder.Name == current ? "*" : ""), builder.Driver, "", "", "", status.Error));
            rows.Add(Line(@" \_ " + builder.Name, @" \_ " + builder.Endpoint, status.State, status.Info?.Version ?? "", string.Join(", ", status.Info?.Platforms ?? []), status.Error));
        }

        const string Default = "table {{.Name}}\t{{.DriverEndpoint}}\t{{.Status}}\t{{.Buildkit}}\t{{.Platforms}}";
        new Table(_format.Value == "table" ? Default : _format.Value, new Dictionary<string, string>
        {
            ["Name"] = "NAME/NODE", ["DriverEndpoint"] = "DRIVER/ENDPOINT", ["Status"] = "STATUS", ["Buildkit"] = "BUILDKIT", ["Platforms"] = "PLATFORMS", ["Error"] = "ERROR",
        }).Print(session.Out, rows);
        return 0;
    }

    private static Row Line(string name, string driver, string status, string version, string platforms, string error) => new Row("*commands.lsContext")
        .With("Name", () => name).With("DriverEndpoint", () => driver).With("Status", () => status).With("Buildkit", () => version).With("Platforms", () => platforms).With("Error", () => error);
}

/// <summary><c>quai buildx inspect</c>.</summary>
internal sealed class InspectBuilder : Command
{
    private readonly Flag<string> _builder;

    public InspectBuilder(string path)
        : base(path)
    {
        _builder = Flags.String("builder", '\0', "The builder, the same as the argument");
        Flags.Bool("bootstrap", '\0', "Accepted and ignored: a builder that is known runs already");
    }

    public override string Usage => "[NAME]";

    public override string Summary => "Show a builder";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    public override int Execute(Session session, List<string> arguments)
    {
        ChosenBuilder builder = KnownBuilders.Choose(session, arguments.Count > 0 ? arguments[0] : _builder.Value);
        BuilderStatus status = BuilderStatus.Ask(builder);
        session.Out.Write($"Name:          {builder.Name}\nDriver:        {builder.Driver}\n\nNodes:\nName:             {builder.Name}\nEndpoint:         {builder.Endpoint}\n");
        if (status.Info is not { } info)
        {
            session.Out.Write($"Status:           {status.State}\nError:            {status.Error}\n");
            return 0;
        }

        session.Out.Write($"Status:           {status.State}\nBuildKit version: {info.Version}\nPlatforms:        {string.Join(", ", info.Platforms)}\n");
        int width = info.Labels.Count == 0 ? 0 : info.Labels.Keys.Max(k => k.Length) + 1;
        session.Out.Write(info.Labels.Count == 0 ? "" : "Labels:\n" + string.Concat(info.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $" {(l.Key + ":").PadRight(width)} {l.Value}\n")));
        session.Out.Write(string.Concat(info.Rules.Select(Rule)));
        return 0;
    }

    private static string Rule(CachePrune rule, int number)
    {
        IEnumerable<(string Name, string Value)> lines =
        [
            ("All", rule.All ? "true" : "false"),
            ("Filters", string.Join(' ', rule.Filters)),
            ("Keep Duration", rule.KeepDuration == TimeSpan.Zero ? "" : string.Create(CultureInfo.InvariantCulture, $"{rule.KeepDuration.TotalHours:0.##}h")),
            ("Reserved Space", Size(rule.ReservedSpace)),
            ("Max Used Space", Size(rule.MaxUsedSpace)),
            ("Min Free Space", Size(rule.MinFreeSpace)),
        ];
        return $"GC Policy rule#{number}:\n" + string.Concat(lines.Where(l => l.Value.Length > 0).Select(l => $" {l.Name + ":",-15} {l.Value}\n"));
    }

    private static string Size(long bytes) => bytes == 0 ? "" : Units.BinarySize(bytes);
}

/// <summary><c>quai buildx version</c>.</summary>
internal sealed class BuilderVersion(string path) : Command(path)
{
    public override string Usage => "";

    public override string Summary => "Show the version of the builds' client";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        session.Out.WriteLine($"quai {ClientVersion.Number}");
        return 0;
    }
}
