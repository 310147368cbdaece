using System.Net;
using Quai.Networks.Drivers.Bridges;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>A bridge in one family, as the firewall sees it.</summary>
/// <param name="Prefix">Its containers' addresses.</param>
/// <param name="Mode">How they are reached.</param>
/// <param name="Masquerade">Whether they reach the outside through an address of the host's.</param>
/// <param name="Source">Which; null for that of the interface by which a packet leaves.</param>
internal sealed record FirewalledSubnet(IPNetwork Prefix, GatewayMode Mode, bool Masquerade, IPAddress? Source = null);
