using Quai.Api.Networks;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Networks;

/// <summary><c>quai network ls</c>.</summary>
internal sealed class ListNetworks : Command
{
    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        ["ID"] = "NETWORK ID", ["Name"] = "NAME", ["Driver"] = "DRIVER", ["Scope"] = "SCOPE", ["IPv4"] = "IPV4", ["IPv6"] = "IPV6",
        ["Internal"] = "INTERNAL", ["Labels"] = "LABELS", ["CreatedAt"] = "CREATED AT",
    };

    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<bool> _full;
    private readonly Flag<bool> _quiet;

    public ListNetworks(string path)
        : base(path)
    {
        _filters = Flags.Filters('f', "Show only those that match");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
        _quiet = Flags.Bool("quiet", 'q', "Show IDs only");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List networks";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        string format = session.Format(_format.Value, "networksFormat", _quiet.Value) is { Length: > 0 } asked ? asked
            : _quiet.Value ? "{{.ID}}" : "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}";
        List<NetworkInspect> networks = session.Engine.Networks.ListAsync(_filters.Values).Await();
        new Table(format, Headers).Print(session.Out, networks.OrderBy(n => n.Name, StringComparer.Ordinal).Select(Make));
        return 0;
    }

    private Row Make(NetworkInspect network) => new Row("*network.networkContext")
        .With("ID", () => _full.Value ? network.Id : Units.ShortId(network.Id))
        .With("Name", () => network.Name)
        .With("Driver", () => network.Driver)
        .With("Scope", () => network.Scope)
        .With("IPv4", () => network.EnableIPv4 ? "true" : "false")
        .With("IPv6", () => network.EnableIPv6 ? "true" : "false")
        .With("Internal", () => network.Internal ? "true" : "false")
        .With("Labels", () => Pairs.Show(network.Labels))
        .With("CreatedAt", () => Units.Moment(network.Created))
        .WithMethod("Label", a => Pairs.Find(network.Labels, a));
}
