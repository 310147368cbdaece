using System.Net;
using Quai.Networks.Drivers.Bridges;

namespace Quai.Networks.Firewalls;

/// <summary>A bridge as the firewall sees it.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Subnet">Its containers' addresses.</param>
/// <param name="Masquerade">Whether they reach the outside through the host's address.</param>
/// <param name="InterContainer">Whether they may reach each other.</param>
/// <param name="Closed">Whether the host takes no settings from it: see <see cref="BridgeState"/>.</param>
/// <param name="Internal">Whether nothing passes between it and what is outside.</param>
internal readonly record struct FirewalledBridge(string Interface, IPNetwork Subnet, bool Masquerade, bool InterContainer, bool Closed, bool Internal = false);
