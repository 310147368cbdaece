using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Containers.Views;

/// <summary><c>quai ps</c>.</summary>
internal sealed class List : Command
{
    private readonly Flag<bool> _all;
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<long> _last;
    private readonly Flag<bool> _latest;
    private readonly Flag<bool> _full;
    private readonly Flag<bool> _quiet;
    private readonly Flag<bool> _size;

    public List(string path)
        : base(path)
    {
        _all = Flags.Bool("all", 'a', "Show stopped containers, too");
        _filters = Flags.Filters('f', "Show only those that match");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _last = Flags.Int("last", 'n', "Show the last created ones, in any state", -1);
        _latest = Flags.Bool("latest", 'l', "Show the last created one, in any state");
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
        _quiet = Flags.Bool("quiet", 'q', "Show IDs only");
        _size = Flags.Bool("size", 's', "Show sizes");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List containers";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        string format = session.Format(_format.Value, "psFormat", _quiet.Value);
        bool plain = format.Length == 0;
        long last = _latest.Value && _last.Value == -1 ? 1 : _last.Value;
        bool size = _size.Value || (!plain && (format.Contains(".Size", StringComparison.Ordinal) || format.Contains("{{json .}}", StringComparison.Ordinal)));
        if (_quiet.Value && plain)
        {
            format = ContainerRows.IdFormat;
        }
        else if (plain)
        {
            format = ContainerRows.TableFormat + (_size.Value ? "\t{{.Size}}" : "");
        }

        var table = new Table(format, ContainerRows.Headers);
        table.Check(ContainerRows.Make(new ContainerSummary(), cut: false));
        List<ContainerSummary> containers = session.Engine.Containers.ListAsync(_all.Value || last != -1, last, size, _filters.Values).Await();
        table.Print(session.Out, containers.Select(c => ContainerRows.Make(c, !_full.Value)));
        return 0;
    }
}
