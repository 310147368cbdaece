using Quai.Api.Networks;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Networks;

/// <summary><c>quai network connect</c>.</summary>
internal sealed class ConnectNetwork : Command
{
    private readonly ListFlag<string> _aliases;
    private readonly ListFlag<string> _options;
    private readonly Flag<long> _priority;
    private readonly Flag<string> _ip, _ip6;
    private readonly ListFlag<string> _links;
    private readonly ListFlag<string> _linkLocal;

    public ConnectNetwork(string path)
        : base(path)
    {
        _aliases = Flags.Strings("alias", '\0', "Further name of the container on the network");
        _options = Flags.Strings("driver-opt", '\0', "Options of the network's driver");
        _priority = Flags.Int("gw-priority", '\0', "The network with the highest leads to everywhere else");
        _ip = Flags.String("ip", '\0', "IPv4 address (e.g. \"172.30.100.104\")");
        _ip6 = Flags.String("ip6", '\0', "IPv6 address (e.g. \"2001:db8::33\")");
        _links = Flags.List("link", '\0', "Container to be known by a name");
        _linkLocal = Flags.Strings("link-local-ip", '\0', "Link-local address");
    }

    public override string Usage => "[OPTIONS] NETWORK CONTAINER";

    public override string Summary => "Connect a container to a network";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    public override int Execute(Session session, List<string> arguments)
    {
        var settings = new EndpointSettings
        {
            IPAMConfig = new EndpointIPAMConfig
            {
                IPv4Address = _ip.Value.Length > 0 ? _ip.Value : null,
                IPv6Address = _ip6.Value.Length > 0 ? _ip6.Value : null,
                LinkLocalIPs = _linkLocal.Values.Count > 0 ? [.. _linkLocal.Values] : null,
            },
            Links = _links.Values.Count > 0 ? [.. _links.Values] : null,
            Aliases = [.. _aliases.Values],
            DriverOpts = Pairs.Parse(_options.Values),
            GwPriority = (int)_priority.Value,
        };
        session.Engine.Networks.ConnectAsync(arguments[0], arguments[1], settings).Await();
        return 0;
    }
}
