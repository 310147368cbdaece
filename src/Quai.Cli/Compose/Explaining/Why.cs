using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Explaining;

/// <summary><c>quai compose why</c>: why services are not up.</summary>
internal sealed class Why : ComposeVerb
{
    private readonly Flag<long> _tail;

    public Why(ComposeGlobals globals)
        : base(globals, "why") => _tail = Flags.Int("tail", 'n', "Number of lines of a container's log to show", 10);

    public override string Summary => "Say why services are not up";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        if (_tail.Value < 0)
        {
            throw new ExitException(1, "--tail: the number of lines is at least 0");
        }

        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        ObservedProject observed = scope.Observer.ObserveAsync(found.Project).Await();
        ServiceExplanation explanation = new(scope, found.Project, observed, (int)_tail.Value);
        IEnumerable<ComposeService> services = arguments.Count > 0 ? arguments.Select(name => found.Project.AllServices.First(service => service.Name == name))
            : found.Project.Services.Values.OrderBy(service => service.Name, StringComparer.Ordinal);
        bool isUp = true;
        foreach (ComposeService service in services)
        {
            isUp &= explanation.ExplainAsync(service).Await();
        }

        scope.Out.WriteRows(explanation.Lines);
        return isUp ? 0 : 1;
    }
}
