using Quai.Api.Volumes;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Volumes;

/// <summary><c>quai volume create</c>.</summary>
internal sealed class CreateVolume : Command
{
    private readonly Flag<string> _driver;
    private readonly ListFlag<string> _labels;
    private readonly ListFlag<string> _options;

    public CreateVolume(string path)
        : base(path)
    {
        _driver = Flags.String("driver", 'd', "Driver of the volume", "local");
        _labels = Flags.List("label", '\0', "Set metadata", Validation.Label);
        _options = Flags.List("opt", 'o', "Options of the driver", type: "map");
    }

    public override string Usage => "[OPTIONS] [VOLUME]";

    public override string Summary => "Create a volume";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    public override int Execute(Session session, List<string> arguments)
    {
        var request = new VolumeCreateRequest
        {
            Name = arguments.Count > 0 ? arguments[0] : "", Driver = _driver.Value, DriverOpts = _options.Values.Count > 0 ? Pairs.Parse(_options.Values) : null, Labels = _labels.Values.Count > 0 ? Pairs.Parse(_labels.Values) : null,
        };
        session.Out.WriteLine(session.Engine.Volumes.CreateAsync(request).Await().Name);
        return 0;
    }
}

/// <summary><c>quai volume ls</c>.</summary>
internal sealed class ListVolumes : Command
{
    private readonly Flag<bool> _cluster;
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<bool> _quiet;

    public ListVolumes(string path)
        : base(path)
    {
        _cluster = Flags.Bool("cluster", '\0', "Show only volumes of a cluster: a single machine has none");
        _filters = Flags.Filters('f', "Show only those that match");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _quiet = Flags.Bool("quiet", 'q', "Show names only");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List volumes";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        if (_cluster.Value)
        {
            new Table(_quiet.Value ? "{{.Name}}" : "table {{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}", VolumeRows.Headers).Print(session.Out, []);
            return 0;
        }

        string format = session.Format(_format.Value, "volumesFormat", _quiet.Value) is { Length: > 0 } asked ? asked : _quiet.Value ? "{{.Name}}" : "table {{.Driver}}\t{{.Name}}";
        List<VolumeInspect> volumes = session.Engine.Volumes.ListAsync(_filters.Values).Await().Volumes ?? [];
        new Table(format, VolumeRows.Headers).Print(session.Out, volumes.OrderBy(v => v.Name, StringComparer.Ordinal).Select(VolumeRows.Make));
        return 0;
    }
}

/// <summary>The columns of a list of volumes.</summary>
internal static class VolumeRows
{
    /// <summary>The titles.</summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Name"] = "VOLUME NAME", ["Driver"] = "DRIVER", ["Scope"] = "SCOPE", ["Availability"] = "AVAILABILITY", ["Mountpoint"] = "MOUNTPOINT",
        ["Labels"] = "LABELS", ["Links"] = "LINKS", ["Size"] = "SIZE", ["Group"] = "GROUP", ["Status"] = "STATUS",
    };

    /// <summary>One volume's line.</summary>
    public static Row Make(VolumeInspect volume) => new Row("*formatter.volumeContext")
        .With("Name", () => volume.Name)
        .With("Driver", () => volume.Driver)
        .With("Scope", () => volume.Scope)
        .With("Mountpoint", () => volume.Mountpoint)
        .With("Labels", () => Pairs.Show(volume.Labels))
        .With("Links", () => volume.UsageData?.RefCount.ToString() ?? "N/A")
        .With("Size", () => volume.UsageData is { } usage ? Units.LongSize(usage.Size) : "N/A")
        .With("Availability", () => "N/A")
        .With("Group", () => "N/A")
        .With("Status", () => "N/A")
        .WithMethod("Label", a => Pairs.Find(volume.Labels, a));
}

/// <summary><c>quai volume rm</c>.</summary>
internal sealed class RemoveVolume : Command
{
    private readonly Flag<bool> _force;

    public RemoveVolume(string path)
        : base(path) => _force = Flags.Bool("force", 'f', "Do not mind those that are not there");

    public override string Usage => "[OPTIONS] VOLUME [VOLUME...]";

    public override string Summary => "Remove one or more volumes that no container uses";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments) => session.ForEach(arguments, name => session.Engine.Volumes.RemoveAsync(name, _force.Value).Await());
}
