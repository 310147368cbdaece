using System.Net;
using System.Security.Cryptography;
using System.Text;
using Quai.Networks.Firewalls;
using Quai.Networks.Ipam;

namespace Quai.Networks;

/// <summary>The daemon's settings for networks (dockerd's flags of the same names).</summary>
public sealed record NetworkOptions
{
    /// <summary>Interface of the default bridge (<c>--bridge</c>).</summary>
    public string Bridge { get; init; } = "quai0";

    /// <summary>Address and prefix of the default bridge (<c>--bip</c>); null picks the first free of 172.17.0.1/16, 172.18.0.1/16 ….</summary>
    public string? BridgeAddress { get; init; }

    /// <summary>Range that containers' addresses are taken from (<c>--fixed-cidr</c>); null for the whole subnet.</summary>
    public string? FixedCidr { get; init; }

    /// <summary>The next hop of containers on the default bridge (<c>--default-gateway</c>), an address of its subnet; null for the bridge itself.</summary>
    public IPAddress? DefaultGateway { get; init; }

    /// <summary>The same of IPv6 (<c>--default-gateway-v6</c>).</summary>
    public IPAddress? DefaultGateway6 { get; init; }

    /// <summary>Whether the default bridge has IPv6 (<c>--ipv6</c>).</summary>
    public bool IPv6 { get; init; }

    /// <summary>Its IPv6 address and prefix (<c>--bip6</c>); null for one that follows from the range, or from a prefix of the daemon's own.</summary>
    public string? BridgeAddress6 { get; init; }

    /// <summary>Range that containers' IPv6 addresses are taken from (<c>--fixed-cidr-v6</c>); null for the whole subnet.</summary>
    public string? FixedCidr6 { get; init; }

    /// <summary>From where networks get subnets that name none (<c>--default-address-pool</c>); none for the usual ones.</summary>
    public IReadOnlyList<AddressPoolOption> Pools { get; init; } = [];

    /// <summary>Options that networks of a driver get which do not say otherwise (<c>--default-network-opt</c>), by the driver's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> DefaultOptions { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Whether published ports are reached at containers' own addresses, too (<c>--allow-direct-routing</c>).</summary>
    public bool DirectRouting { get; init; }

    /// <summary>Whether ports of containers with IPv4 alone are published on the host's IPv6 addresses, too (<c>--userland-proxy</c>).</summary>
    public bool Relays { get; init; } = true;

    /// <summary>What the host's firewall marks so reaches containers (<c>--bridge-accept-fwmark</c>); null for nothing.</summary>
    public PacketMark? AcceptedMark { get; init; }

    /// <summary>Bytes (<c>--mtu</c>); 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>Address that ports are published on when none is named (<c>--ip</c>).</summary>
    public IPAddress DefaultBindAddress { get; init; } = IPAddress.Any;

    /// <summary>What <c>host-gateway</c> stands for among a container's extra hosts (<c>--host-gateway-ip</c>), one of each family; none for the bridge's own addresses.</summary>
    public IReadOnlyList<IPAddress> HostGateways { get; init; } = [];

    /// <summary>Whether the firewall is ours to write (<c>--iptables</c>).</summary>
    public bool Firewall { get; init; } = true;

    /// <summary>Whether what the host's own firewall denies of a port, or of a source, holds for published ports, too (<c>--host-firewall</c>).</summary>
    public bool ObeysHostFirewall { get; init; } = true;

    /// <summary>Whether that of IPv6 is (<c>--ip6tables</c>); never where that of IPv4 is not.</summary>
    public bool FirewallIPv6 { get => Firewall && field; init; } = true;

    /// <summary>Whether containers reach the outside through the host's address (<c>--ip-masq</c>).</summary>
    public bool Masquerade { get; init; } = true;

    /// <summary>Whether to switch on IPv4 forwarding (<c>--ip-forward</c>).</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>
    /// Whether <see cref="IpForward"/> was asked for in so many words: then forwarding is switched on also where no rules of Quai's (<see cref="Firewall"/>)
    /// keep the host from forwarding for others.
    /// </summary>
    public bool IpForwardInsisted { get; init; }

    /// <summary>Whether the host may forward for others, too, when Quai switched forwarding on (<c>--ip-forward-no-drop</c>).</summary>
    public bool IpForwardNoDrop { get; init; }

    /// <summary>
    /// Whether containers may talk to each other on the default bridge (<c>--icc</c>). Where not, they are isolated ports of it. Published ports are open to them
    /// all the same, except where <c>br_netfilter</c> filters bridged traffic: there the translated packets are bridged too, and stopped.
    /// </summary>
    public bool InterContainer { get; init; } = true;

    /// <summary>Where host ports are bound, if the daemon's network namespace is not the host's (without root); null where it is.</summary>
    public Ports.IHostSockets? HostSockets { get; init; }

    /// <summary>The nftables table of this daemon: one daemon, one table. See <see cref="TableNameOf"/>.</summary>
    public string TableName { get; init; } = DefaultTable;

    /// <summary>Whose the table and the bridge are, as people and other daemons read it beside them: the data root; empty for nobody's.</summary>
    public string Owner { get; init; } = "";

    private const string DefaultTable = "quai", DefaultRoot = "/var/lib/quai";

    /// <summary>The table of the daemon with this data root: <c>quai</c> for the usual one, else <c>quai-</c> and twelve hex digits.</summary>
    public static string TableNameOf(string dataRoot)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataRoot));
        return root == DefaultRoot ? DefaultTable : $"{DefaultTable}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)).AsSpan(0, 6))}";
    }
}
