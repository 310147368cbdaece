using Quai.Api.Volumes;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose volumes</c>.</summary>
internal sealed class Volumes : ComposeVerb
{
    private static readonly Dictionary<string, string> s_headers = new() { ["Driver"] = "DRIVER", ["Name"] = "VOLUME NAME", ["Mountpoint"] = "MOUNTPOINT", ["Labels"] = "LABELS", ["Scope"] = "SCOPE" };

    private readonly Flag<string> _format;
    private readonly Flag<bool> _quiet;

    public Volumes(ComposeGlobals globals)
        : base(globals, "volumes")
    {
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template", "table");
        _quiet = Flags.Bool("quiet", 'q', "Show names only");
    }

    public override string Summary => "List the volumes of a project";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        (string name, ComposeProject? project) = scope.Find([]);
        if (arguments.FirstOrDefault(service => project is not null && project.AllServices.All(one => one.Name != service)) is { } unknown)
        {
            throw new ExitException(1, $"no such service: {unknown}");
        }

        HashSet<string>? wanted = arguments.Count == 0 || project is null ? null
            : [.. project.AllServices.Where(service => arguments.Contains(service.Name)).SelectMany(service => service.Volumes).Where(mount => mount.Type == "volume").Select(mount => mount.Source)];
        VolumeInspect[] volumes = [.. scope.Engine.Volumes.ListAsync([new("label", $"{ComposeLabels.Project}={name}")]).Await().Volumes
            .Where(volume => wanted is null || wanted.Contains(volume.Labels?.GetValueOrDefault(ComposeLabels.Volume) ?? "")).OrderBy(volume => volume.Name, StringComparer.Ordinal)];
        string format = _quiet.Value ? "{{.Name}}" : _format.Value is "" or "table" ? "table {{.Driver}}\t{{.Name}}" : _format.Value;
        new Table(format, s_headers).Print(scope.Out, volumes.Select(volume => new Row("*formatter.volumeContext")
            .With("Name", () => volume.Name)
            .With("Driver", () => volume.Driver)
            .With("Scope", () => volume.Scope)
            .With("Mountpoint", () => volume.Mountpoint)
            .With("Labels", () => Pairs.Show(volume.Labels ?? []))
            .With("Availability", () => "N/A").With("Group", () => "N/A").With("Links", () => "N/A").With("Size", () => "N/A").With("Status", () => "N/A")));
        return 0;
    }
}
