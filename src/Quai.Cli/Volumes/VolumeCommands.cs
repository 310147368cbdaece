using System.Buffers;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers;
using Quai.Cli.Containers.Create;
using Quai.Cli.Containers.Views;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

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
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Name", arguments.Count > 0 ? arguments[0] : "");
            json.WriteString("Driver", _driver.Value);
            Map(json, "DriverOpts", _options.Values);
            Map(json, "Labels", _labels.Values);
            json.WriteEndObject();
        }

        session.Out.WriteLine(session.Engine.Transport.Post("/volumes/create", buffer.WrittenSpan).Text("Name"));
        return 0;
    }

    private static void Map(Utf8JsonWriter json, string name, List<string> pairs)
    {
        json.WriteStartObject(name);
        foreach (IGrouping<string, string> pair in pairs.GroupBy(p => p.Split('=', 2)[0]))
        {
            string[] parts = pair.Last().Split('=', 2);
            json.WriteString(pair.Key, parts.Length > 1 ? parts[1] : "");
        }

        json.WriteEndObject();
    }
}

/// <summary><c>quai volume ls</c>.</summary>
internal sealed class ListVolumes : Command
{
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<bool> _quiet;

    public ListVolumes(string path)
        : base(path)
    {
        _filters = Flags.Filters('f', "Show only those that match");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _quiet = Flags.Bool("quiet", 'q', "Show names only");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List volumes";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        string format = session.Format(_format.Value, "volumesFormat", _quiet.Value) is { Length: > 0 } asked ? asked : _quiet.Value ? "{{.Name}}" : "table {{.Driver}}\t{{.Name}}";
        JsonElement list = session.Engine.Transport.Get(new Query("/volumes").WithFilters(_filters.Values).ToString());
        new Table(format, VolumeRows.Headers).Print(session.Out, list.Items("Volumes").OrderBy(v => v.Text("Name"), StringComparer.Ordinal).Select(VolumeRows.Make));
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
    public static Row Make(JsonElement volume)
    {
        JsonElement usage = volume.Member("UsageData");
        bool known = usage.ValueKind == JsonValueKind.Object;
        return new Row("*formatter.volumeContext")
            .With("Name", () => volume.Text("Name"))
            .With("Driver", () => volume.Text("Driver"))
            .With("Scope", () => volume.Text("Scope"))
            .With("Mountpoint", () => volume.Text("Mountpoint"))
            .With("Labels", () => ContainerRows.Labels(volume))
            .With("Links", () => known ? usage.Number("RefCount").ToString() : "N/A")
            .With("Size", () => known ? Units.LongSize(usage.Number("Size")) : "N/A")
            .With("Availability", () => "N/A")
            .With("Group", () => "N/A")
            .With("Status", () => "N/A")
            .WithMethod("Label", a => volume.Member("Labels").Text(a[0] as string ?? ""));
    }
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

    public override int Execute(Session session, List<string> arguments) => session.ForEach(arguments, name =>
        session.Engine.Transport.Send("DELETE", new Query($"/volumes/{Query.Segment(name)}").WithSwitch("force", _force.Value).ToString()).Dispose());
}
