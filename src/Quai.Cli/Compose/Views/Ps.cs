using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose ps</c>.</summary>
internal sealed class Ps : ComposeVerb
{
    private static readonly string[] s_states = ["paused", "restarting", "removing", "running", "dead", "created", "exited"];

    private readonly Flag<bool> _all, _full, _orphans, _quiet, _services;
    private readonly Flag<string> _filter, _format;
    private readonly ListFlag<string> _status;

    public Ps(ComposeGlobals globals)
        : base(globals, "ps")
    {
        _all = Flags.Bool("all", 'a', "Show stopped containers, and those of run");
        _filter = Flags.String("filter", '\0', "Show only those that match: status=STATE");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template", "table");
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
        _orphans = Flags.Bool("orphans", '\0', "Show containers of services that the files do not have", initial: true);
        _quiet = Flags.Bool("quiet", 'q', "Show IDs only");
        _services = Flags.Bool("services", '\0', "Show the services' names");
        _status = Flags.List("status", '\0', "Show only those in this state", type: "stringArray");
    }

    public override string Summary => "List the containers of a project";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        List<string> states = [.. _status.Values];
        if (_filter.Value.Length > 0)
        {
            states.Add(_filter.Value.StartsWith("status=", StringComparison.Ordinal) ? _filter.Value["status=".Length..]
                : throw new ExitException(1, $"unknown filter {_filter.Value.Split('=')[0]}"));
        }

        if (states.FirstOrDefault(state => !s_states.Contains(state)) is { } unknown)
        {
            throw new ExitException(1, $"unknown status \"{unknown}\"");
        }

        (string name, ComposeProject? project) = scope.Find([]);
        if (project is not null && arguments.FirstOrDefault(service => project.AllServices.All(one => one.Name != service)) is { } missing)
        {
            throw new ExitException(1, $"no such service: {missing}");
        }

        HashSet<string>? known = project is null || _orphans.Value ? null : [.. project.AllServices.Select(service => service.Name)];
        ObservedContainer[] containers = [.. scope.Observer.ContainersAsync(name, _all.Value || states.Count > 0).Await()
            .Where(container => !container.IsOneOff || _all.Value)
            .Where(container => arguments.Count == 0 || arguments.Contains(container.Service))
            .Where(container => states.Count == 0 || states.Contains(container.State))
            .Where(container => known is null || known.Contains(container.Service))
            .OrderBy(container => container.Name, StringComparer.Ordinal)];
        if (_quiet.Value)
        {
            scope.Out.WriteRows(containers.Select(container => container.Id));
        }
        else if (_services.Value)
        {
            scope.Out.WriteRows(containers.Select(container => container.Service).Distinct());
        }
        else
        {
            string format = _format.Value is "" or "table" or "pretty" ? ServiceRows.TableFormat : _format.Value;
            new Table(format, ServiceRows.Headers).Print(scope.Out, containers.Select(container => ServiceRows.Make(container, !_full.Value)));
        }

        return 0;
    }
}
