using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;

namespace Quai.Cli.Networks.Graph;

/// <summary><c>quai network graph</c>: who reaches whom.</summary>
internal sealed class GraphNetworks : Command
{
    private readonly Flag<string> _format;

    public GraphNetworks(string path)
        : base(path) => _format = Flags.String("format", '\0', "Format of the output: text, or dot for Graphviz");

    public override string Usage => "[OPTIONS] [NETWORK...]";

    public override string Summary => "Show which containers reach which, and what is open to the world";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(0);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_format.Value is not ("" or "text" or "dot"))
        {
            throw new ExitException(1, $"invalid format \"{_format.Value}\": it is text or dot");
        }

        NetworkGraph graph = Read(session, arguments);
        session.Out.Write(_format.Value == "dot" ? GraphText.ForGraphviz(graph) : GraphText.ForPeople(graph));
        return 0;
    }

    /// <summary>The graph of some networks, or of all.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="references">Networks by name or id.</param>
    public static NetworkGraph Read(Session session, IReadOnlyList<string> references)
    {
        List<string> names = [.. references.Select(r => session.Engine.Networks.InspectAsync(r).Await().Name)];
        List<NetworkInspect> networks = session.Engine.Networks.ListAsync().Await();
        List<ContainerSummary> containers = session.Engine.Containers.ListAsync().Await();
        return NetworkGraph.Of(networks, containers, names);
    }
}
