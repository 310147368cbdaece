using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers;
using Quai.Cli.Containers.Views;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

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
        JsonElement list = session.Engine.Transport.Get(new Query("/networks").WithFilters(_filters.Values).ToString());
        new Table(format, Headers).Print(session.Out, list.Items().OrderBy(n => n.Text("Name"), StringComparer.Ordinal).Select(Make));
        return 0;
    }

    private Row Make(JsonElement network) => new Row("*network.networkContext")
        .With("ID", () => _full.Value ? network.Text("Id") : Units.ShortId(network.Text("Id")))
        .With("Name", () => network.Text("Name"))
        .With("Driver", () => network.Text("Driver"))
        .With("Scope", () => network.Text("Scope"))
        .With("IPv4", () => network.Flag("EnableIPv4") ? "true" : "false")
        .With("IPv6", () => network.Flag("EnableIPv6") ? "true" : "false")
        .With("Internal", () => network.Flag("Internal") ? "true" : "false")
        .With("Labels", () => ContainerRows.Labels(network))
        .With("CreatedAt", () => Units.Moment(network.Text("Created")))
        .WithMethod("Label", a => network.Member("Labels").Text(a[0] as string ?? ""));
}
