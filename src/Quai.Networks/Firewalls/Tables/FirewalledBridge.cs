using System.Net.Sockets;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Egress;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>A bridge as the firewall sees it.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="InterContainer">Whether its containers may reach each other.</param>
/// <param name="Closed">Whether the host takes no settings from it: see <see cref="BridgeState"/>.</param>
/// <param name="Internal">Whether nothing passes between it and what is outside.</param>
internal sealed record FirewalledBridge(string Interface, bool InterContainer, bool Closed, bool Internal)
{
    /// <summary>What it is in IPv4; null for nothing of it.</summary>
    public FirewalledSubnet? IPv4 { get; init; }

    /// <summary>What it is in IPv6; null for nothing of it.</summary>
    public FirewalledSubnet? IPv6 { get; init; }

    /// <summary>Interfaces by which others reach published ports at the containers' own addresses, too.</summary>
    public IReadOnlyList<string> Trusted { get; init; } = [];

    /// <summary>Whether everybody does.</summary>
    public bool DirectRouting { get; init; }

    /// <summary>What the host's firewall marks so reaches its containers; null for nothing.</summary>
    public PacketMark? Accepted { get; init; }

    /// <summary>What its containers may reach outside of it; null for everything.</summary>
    public EgressPolicy? Egress { get; init; }

    /// <summary>What it is in one family.</summary>
    public FirewalledSubnet? Of(AddressFamily family) => family == AddressFamily.InterNetwork ? IPv4 : IPv6;
}
