using System.Net;
using Quai.Networks.Egress;
using Quai.Networks.Ipam.Dhcp;

namespace Quai.Networks;

/// <summary>A network as it is kept.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="Name">Its name.</param>
/// <param name="Driver"><c>bridge</c>, <c>macvlan</c>, <c>ipvlan</c>, <c>overlay</c>, <c>host</c>, <c>null</c>, or a plugin's name.</param>
/// <param name="Created">When it was made.</param>
public sealed record Network(string Id, string Name, string Driver, DateTimeOffset Created)
{
    /// <summary>At most one of each family on a bridge; none for host and none.</summary>
    public IReadOnlyList<NetworkSubnet> Subnets { get; init; } = [];

    /// <summary>The host's interface that it is behind (a bridge's name); null for host and none.</summary>
    public string? Interface { get; init; }

    /// <summary>Bytes; 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>The host's address that ports are published on when none is named.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>What the names of its interfaces in containers begin with.</summary>
    public string InterfacePrefix { get; init; } = "eth";

    /// <summary>Whether ports are published on the host's IPv4 addresses; where not, they are open at the containers' own.</summary>
    public bool TranslatesIPv4 { get; init; } = true;

    /// <summary>The same of IPv6.</summary>
    public bool TranslatesIPv6 { get; init; } = true;

    /// <summary>Whether ports of containers with IPv4 alone are published on the host's IPv6 addresses, too.</summary>
    public bool Relays { get; init; }

    /// <summary>What its containers may reach outside of it; null for everything.</summary>
    public EgressPolicy? Egress { get; init; }

    /// <summary>How far it reaches, by what its driver says: <c>local</c>, or <c>global</c> for a plugin's that is on several hosts.</summary>
    public string Scope { get; init; } = "local";

    /// <summary>Whether a plugin of the host makes it.</summary>
    public bool IsPlugins { get; init; }

    /// <summary>Driver options as inspect shows them.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>What it was asked to be.</summary>
    public NetworkAttributes Attributes { get; init; } = new();

    /// <summary>Whether ports of its containers are published on the host: not where they are beside it on networks of its own (macvlan, ipvlan).</summary>
    public bool PublishesPorts { get; init; } = true;

    /// <summary>Whether everywhere else is reached by the containers' interfaces alone, rather than by a gateway.</summary>
    public bool RoutesByInterface { get; init; }

    /// <summary>Whether its containers reach what is outside of it.</summary>
    public bool LeadsOutside => !Attributes.Internal;

    /// <summary>Whether a server of the network itself lends its addresses: no subnet says which can be asked for.</summary>
    public bool HasServedAddresses => Attributes.IpamDriver == DhcpAddresses.Name;

    /// <summary>Whether its containers know each other by name: on all networks but the predefined ones, as in Docker.</summary>
    public bool HasNames => !IsPredefined && !Attributes.ConfigOnly;

    /// <summary>Whether it is one that every daemon has, and nobody removes.</summary>
    public bool IsPredefined => IsPredefinedName(Name);

    /// <summary>Whether a name is that of a predefined network.</summary>
    public static bool IsPredefinedName(string name) => name is "bridge" or "host" or "none";
}
