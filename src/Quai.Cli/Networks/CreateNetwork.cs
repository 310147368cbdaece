using Quai.Api.Networks;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Networks;

/// <summary><c>quai network create</c>.</summary>
internal sealed class CreateNetwork : Command
{
    private readonly Flag<bool> _attachable, _configOnly, _ingress, _internal, _ipv4, _ipv6;
    private readonly ListFlag<string> _auxiliary, _ipamOptions, _labels, _options;
    private readonly Flag<string> _configFrom, _driver, _ipamDriver, _scope;
    private readonly ListFlag<string> _gateways, _ranges, _subnets;

    public CreateNetwork(string path)
        : base(path)
    {
        _attachable = Flags.Bool("attachable", '\0', "Let containers be attached by hand");
        _auxiliary = Flags.List("aux-address", '\0', "Addresses that no container gets, as NAME=ADDRESS", type: "map");
        _configFrom = Flags.String("config-from", '\0', "The network whose configuration it takes");
        _configOnly = Flags.Bool("config-only", '\0', "Make a configuration for other networks, and no network");
        _driver = Flags.String("driver", 'd', "Driver of the network", "bridge");
        _gateways = Flags.Strings("gateway", '\0', "The gateway's IPv4 or IPv6 address in a subnet");
        _ingress = Flags.Bool("ingress", '\0', "Make the routing mesh of a swarm");
        _internal = Flags.Bool("internal", '\0', "Lead nowhere else");
        _ranges = Flags.Strings("ip-range", '\0', "The part of a subnet that containers' addresses are from");
        _ipamDriver = Flags.String("ipam-driver", '\0', "Driver that gives out addresses", "default");
        _ipamOptions = Flags.List("ipam-opt", '\0', "Options of the driver that gives out addresses", type: "map");
        _ipv4 = Flags.Bool("ipv4", '\0', "Give out IPv4 addresses", initial: true);
        _ipv6 = Flags.Bool("ipv6", '\0', "Give out IPv6 addresses");
        _labels = Flags.List("label", '\0', "Set metadata", Validation.Label);
        _options = Flags.List("opt", 'o', "Options of the driver", type: "map");
        _scope = Flags.String("scope", '\0', "The network's scope");
        _subnets = Flags.Strings("subnet", '\0', "Subnet, as 172.28.0.0/16");
    }

    public override string Usage => "[OPTIONS] NETWORK";

    public override string Summary => "Create a network";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        session.Out.WriteLine(session.Engine.Networks.CreateAsync(Request(arguments[0])).Await().Id);
        return 0;
    }

    /// <summary>The request that the options make.</summary>
    /// <param name="name">The network's name.</param>
    /// <exception cref="ExitException">Subnets and what belongs to them do not fit together.</exception>
    internal NetworkCreateRequest Request(string name) => new()
    {
        Name = name,
        Driver = _driver.Value,
        Scope = _scope.Value,
        Internal = _internal.Value,
        Attachable = _attachable.Value,
        Ingress = _ingress.Value,
        ConfigOnly = _configOnly.Value,
        ConfigFrom = _configFrom.Value.Length > 0 ? new ConfigReference { Network = _configFrom.Value } : null,
        EnableIPv4 = _ipv4.Changed ? _ipv4.Value : null,
        EnableIPv6 = _ipv6.Changed ? _ipv6.Value : null,
        IPAM = new Ipam
        {
            Driver = _ipamDriver.Value,
            Options = Pairs.Parse(_ipamOptions.Values),
            Config = SubnetPairs.Match(_subnets.Values, _ranges.Values, _gateways.Values, Pairs.Parse(_auxiliary.Values)),
        },
        Options = Pairs.Parse(_options.Values),
        Labels = Pairs.Parse(_labels.Values),
    };
}
