using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Convergence;
using Quai.Convergence.Observing;
using Quai.Templates;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose ls</c>: the projects that the engine has containers of.</summary>
internal sealed class Ls : ComposeVerb
{
    private readonly Flag<bool> _all, _quiet;
    private readonly Flag<string> _format;
    private readonly ListFlag<KeyValuePair<string, string>> _filters;

    public Ls(ComposeGlobals globals)
        : base(globals, "ls")
    {
        _all = Flags.Bool("all", 'a', "Show projects that do not run, too");
        _filters = Flags.Filters('\0', "Show only those that match: name=TEXT");
        _format = Flags.String("format", '\0', "Format of the output: table or json", "table");
        _quiet = Flags.Bool("quiet", 'q', "Show names only");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List projects";

    public override ArgumentCount Arguments => ArgumentCount.None;

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        if (_filters.Values.FirstOrDefault(filter => filter.Key != "name") is { Key: not null } unknown)
        {
            throw new ExitException(1, $"invalid filter '{unknown.Key}'");
        }

        string[] names = [.. _filters.Values.Select(filter => filter.Value)];
        (string Name, string Status, string Files)[] rows = [.. scope.Engine.Containers.ListAsync(_all.Value, filters: [new("label", ComposeLabels.Project)]).Await()
            .Select(summary => new ObservedContainer(summary)).GroupBy(container => container.Label(ComposeLabels.Project)).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Where(group => names.Length == 0 || names.Any(name => group.Key.Contains(name, StringComparison.Ordinal)))
            .Select(group => (group.Key, Status(group), Files(group)))];
        if (_quiet.Value)
        {
            scope.Out.WriteRows(rows.Select(row => row.Name));
        }
        else if (_format.Value == "json")
        {
            scope.Out.WriteLine("[" + string.Join(',', rows.Select(row => Json(("Name", row.Name), ("Status", row.Status), ("ConfigFiles", row.Files)))) + "]");
        }
        else if (_format.Value is "" or "table" or "pretty")
        {
            scope.Out.Write(TabWriter.Align("NAME\tSTATUS\tCONFIG FILES\n" + string.Concat(rows.Select(row => $"{Printable.Line(row.Name)}\t{row.Status}\t{Printable.Line(row.Files)}\n")), 20, 1));
        }
        else
        {
            throw new ExitException(1, $"format value \"{_format.Value}\" could not be parsed: parsing failed");
        }

        return 0;
    }

    /// <summary>An object of texts as JSON.</summary>
    internal static string Json(params (string Name, string Value)[] members)
    {
        StringBuilder text = new("{");
        foreach ((string name, string value) in members)
        {
            text.Append(text.Length > 1 ? "," : "");
            GoJson.AppendString(text, name, escapeHtml: true);
            text.Append(':');
            GoJson.AppendString(text, value, escapeHtml: true);
        }

        return text.Append('}').ToString();
    }

    private static string Status(IEnumerable<ObservedContainer> containers) =>
        string.Join(", ", containers.GroupBy(container => container.State).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key}({group.Count()})"));

    private static string Files(IEnumerable<ObservedContainer> containers) =>
        string.Join(',', containers.SelectMany(container => container.Label(ComposeLabels.ConfigFiles).Split(',')).Where(file => file.Length > 0).Distinct()) is { Length: > 0 } files ? files : "N/A";
}
