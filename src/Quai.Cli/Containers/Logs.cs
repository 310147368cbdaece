using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client.Containers;
using Quai.Client.Streams;
using Quai.Client.Transport;

namespace Quai.Cli.Containers;

/// <summary><c>quai logs</c>.</summary>
internal sealed class Logs : Command
{
    private readonly Flag<bool> _details;
    private readonly Flag<bool> _follow;
    private readonly Flag<string> _since;
    private readonly Flag<string> _tail;
    private readonly Flag<bool> _timestamps;
    private readonly Flag<string> _until;

    public Logs(string path)
        : base(path)
    {
        _details = Flags.Bool("details", '\0', "Show what the logging driver adds");
        _follow = Flags.Bool("follow", 'f', "Go on with what is logged from now");
        _since = Flags.String("since", '\0', "Show from this time on (2013-01-02T13:23:37Z or 42m ago)");
        _tail = Flags.String("tail", 'n', "Number of lines from the end", "all");
        _timestamps = Flags.Bool("timestamps", 't', "Show times");
        _until = Flags.String("until", '\0', "Show up to this time (2013-01-02T13:23:37Z or 42m ago)");
    }

    public override string Usage => "[OPTIONS] CONTAINER";

    public override string Summary => "Show the output of a container";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        ContainerOutline container = session.Engine.Containers.OutlineAsync(arguments[0]).Await();
        var options = new LogOptions
        {
            Follow = _follow.Value, Timestamps = _timestamps.Value, Details = _details.Value, Tail = _tail.Value,
            Since = Timestamp.Parse(_since.Value), Until = Timestamp.Parse(_until.Value),
        };
        using ResponseStream response = session.Engine.Containers.LogsAsync(container.Id, options).Await();
        if (container.Tty)
        {
            response.CopyTo(session.Out);
        }
        else
        {
            StdCopy.Copy(response.Read, session.Out, session.Error);
        }

        return 0;
    }
}
