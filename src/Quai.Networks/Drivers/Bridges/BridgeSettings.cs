using System.Net;
using Quai.Networks.Egress;
using Quai.Networks.Firewalls;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>What a network of the bridge driver is to be: see <see cref="BridgeOptions"/>.</summary>
internal sealed record BridgeSettings
{
    /// <summary>The bridge's name.</summary>
    public required string Interface { get; init; }

    /// <summary>What it is like in IPv4; null for nothing of it.</summary>
    public BridgeFamily? IPv4 { get; init; } = new();

    /// <summary>What it is like in IPv6; null for nothing of it.</summary>
    public BridgeFamily? IPv6 { get; init; }

    /// <summary>The longest prefix that its IPv4 subnet may have.</summary>
    public int LongestPrefix { get; init; } = 30;

    /// <summary>Bytes; 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>The address that ports are published on when none is named; all addresses of IPv4 mean those of IPv6, too.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>Whether its containers reach each other.</summary>
    public bool InterContainer { get; init; } = true;

    /// <summary>Whether its containers reach the outside through the host's address.</summary>
    public bool Masquerade { get; init; } = true;

    /// <summary>Interfaces by which others reach published ports at the containers' own addresses, too.</summary>
    public IReadOnlyList<string> Trusted { get; init; } = [];

    /// <summary>Whether everybody does.</summary>
    public bool DirectRouting { get; init; }

    /// <summary>What the host's firewall marks so reaches its containers; null for nothing.</summary>
    public PacketMark? AcceptedMark { get; init; }

    /// <summary>Whether ports of containers with IPv4 alone are published on the host's IPv6 addresses, too.</summary>
    public bool Relays { get; init; }

    /// <summary>What its containers may reach outside of it; null for everything.</summary>
    public EgressPolicy? Egress { get; init; }

    /// <summary>What the names of its interfaces in containers begin with.</summary>
    public string InterfacePrefix { get; init; } = "eth";

    /// <summary>Its options as inspect shows them.</summary>
    public IReadOnlyDictionary<string, string> Shown { get; init; } = new Dictionary<string, string>();
}
