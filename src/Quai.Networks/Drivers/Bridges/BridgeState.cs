using Quai.Networks.Ipam;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>A bridge as it is in the kernel.</summary>
/// <param name="Index">Its interface's index.</param>
/// <param name="Address">Its own address, and with it its subnet.</param>
/// <param name="Own">Whether it was made by this daemon, now or earlier, rather than adopted.</param>
/// <param name="Closed">Whether the host takes no settings from it (router advertisements, redirects): every bridge but one that leads elsewhere.</param>
internal readonly record struct BridgeState(int Index, InterfaceAddress Address, bool Own, bool Closed);
