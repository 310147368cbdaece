using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Containers.Explaining;

/// <summary><c>quai why</c>: why containers have stopped or do not start, and what to do.</summary>
internal sealed class Why : Command
{
    private readonly Flag<long> _tail;

    public Why(string path)
        : base(path) => _tail = Flags.Int("tail", 'n', "Number of lines of the log to show", 10);

    public override string Usage => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Say why a container has stopped or does not start";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_tail.Value < 0)
        {
            throw new ExitException(1, "--tail: the number of lines is at least 0");
        }

        bool isWell = true;
        foreach (string name in arguments)
        {
            ContainerInspect container = session.Engine.Containers.InspectAsync(name).Await();
            ContainerExplanation explanation = new(session.Engine, container, (int)_tail.Value);
            isWell &= explanation.ExplainAsync().Await();
            session.Out.WriteRows(explanation.Lines.Select(line => session.Out.IsTerminal ? Printable.Line(line) : line));
        }

        return isWell ? 0 : 1;
    }
}
