using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose port</c>.</summary>
internal sealed class Port : ComposeVerb
{
    private readonly Flag<long> _index;
    private readonly Flag<string> _protocol;

    public Port(ComposeGlobals globals)
        : base(globals, "port")
    {
        _index = Flags.Int("index", '\0', "Number of the container, if the service has several");
        _protocol = Flags.String("protocol", '\0', "tcp or udp", "tcp");
    }

    public override string Usage => "[OPTIONS] SERVICE PRIVATE_PORT";

    public override string Summary => "Print where a port is published";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        if (!ushort.TryParse(arguments[1], out ushort port))
        {
            throw new ExitException(1, $"invalid port: \"{arguments[1]}\"");
        }

        ObservedContainer container = ProjectContainers.FindAsync(scope, []).Await().One(arguments[0], _index.Value);
        PortSummary[] published = [.. container.Summary.Ports.Where(one => one.PublicPort is not null)];
        PortSummary? found = Array.Find(published, one => one.PrivatePort == port && one.Type == _protocol.Value);
        if (found is null)
        {
            throw new ExitException(1, $"no port {port}/{_protocol.Value} for container {container.Name}: {string.Join(", ", published.Select(one => $"{one.PublicPort}/{one.Type}"))}");
        }

        string address = found.IP ?? "";
        scope.Out.WriteLine(address.Contains(':') ? $"[{address}]:{found.PublicPort}" : $"{address}:{found.PublicPort}");
        return 0;
    }
}
