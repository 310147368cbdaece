using System.Globalization;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client.Containers;
using Quai.Client.Streams;
using Quai.Client.Transport;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Following;

/// <summary><c>quai compose logs</c>: what containers have written, in the order in which they wrote it.</summary>
internal sealed class Logs : ComposeVerb
{
    private readonly Flag<bool> _follow, _noColour, _noPrefix, _timestamps;
    private readonly Flag<long> _index;
    private readonly Flag<string> _since, _tail, _until;

    public Logs(ComposeGlobals globals)
        : base(globals, "logs")
    {
        _follow = Flags.Bool("follow", 'f', "Go on with what is written from now");
        _index = Flags.Int("index", '\0', "Number of the container, if the service has several");
        _noColour = Flags.Bool("no-color", '\0', "Without colours");
        _noPrefix = Flags.Bool("no-log-prefix", '\0', "Without the containers' names");
        _since = Flags.String("since", '\0', "Show from this time on (2013-01-02T13:23:37Z or 42m ago)");
        _tail = Flags.String("tail", 'n', "Number of lines from the end, for each container", "all");
        _timestamps = Flags.Bool("timestamps", 't', "Show times");
        _until = Flags.String("until", '\0', "Show up to this time (2013-01-02T13:23:37Z or 42m ago)");
    }

    public override string Summary => "Show the output of containers";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        IEnumerable<ObservedContainer> containers = found.Of(arguments);
        if (_index.Changed)
        {
            containers = arguments.Count == 1 ? [found.One(arguments[0], _index.Value, all: true)] : throw new ExitException(1, "--index requires one service to be selected");
        }

        LogPrinter printer = new(scope.Out, scope.Out, !_noColour.Value && scope.Globals.HasColours(scope.Out), !_noPrefix.Value);
        List<ContainerLog> logs = [.. containers.Select(container => new ContainerLog(container, LogNames.Of(found.Project.Name, container)))];
        foreach (ContainerLog log in logs)
        {
            printer.Add(log.Name);
        }

        ShowAsync(scope, logs, printer).Await();
        return 0;
    }

    private async Task ShowAsync(ComposeScope scope, List<ContainerLog> logs, LogPrinter printer)
    {
        await scope.Engine.GetVersionAsync();
        LogOptions options = new() { Timestamps = true, Tail = _tail.Value, Since = Timestamp.Parse(_since.Value), Until = Timestamp.Parse(_until.Value) };
        await Task.WhenAll(logs.Select(log => log.ReadAsync(scope.Engine, options)));

        // Times are of the same form and length, so they compare as texts do.
        foreach ((ContainerLog log, LogLine line) in logs.SelectMany(log => log.Lines.Select(line => (log, line))).OrderBy(one => one.line.Time, StringComparer.Ordinal))
        {
            Print(printer, log.Name, line);
        }

        if (_follow.Value)
        {
            await Task.WhenAll(logs.Where(log => log.Container.State is "running" or "restarting" or "paused").Select(log => log.FollowAsync(scope.Engine, options, line => Print(printer, log.Name, line))));
        }
    }

    private void Print(LogPrinter printer, string name, LogLine line) =>
        printer.Print(name, _timestamps.Value ? [.. System.Text.Encoding.ASCII.GetBytes(line.Time + " "), .. line.Text] : line.Text, line.IsError);
}
