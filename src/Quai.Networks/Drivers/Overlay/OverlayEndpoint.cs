using System.Net;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>A container's interface on an overlay network, as its hosts tell each other.</summary>
/// <param name="MacAddress">In colon form.</param>
/// <param name="Addresses">Its addresses on the network.</param>
/// <param name="Host">The host that it is on, by the address of its tunnels.</param>
public sealed record OverlayEndpoint(string MacAddress, IReadOnlyList<IPAddress> Addresses, IPAddress Host);
