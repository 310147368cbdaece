using Quai.Networks.Ipam;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>A bridge as it is in the kernel.</summary>
/// <param name="Index">Its interface's index.</param>
/// <param name="IPv4">Its own IPv4 address, and with it the subnet; null for none.</param>
/// <param name="IPv6">The same of IPv6.</param>
/// <param name="Own">Whether it was made by this daemon, now or earlier, rather than adopted.</param>
/// <param name="Closed">Whether the host takes no settings from it (router advertisements, redirects): every bridge but one that leads elsewhere.</param>
internal readonly record struct BridgeState(int Index, InterfaceAddress? IPv4, InterfaceAddress? IPv6, bool Own, bool Closed);
