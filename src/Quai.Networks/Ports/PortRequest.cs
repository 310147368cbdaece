using System.Net;

namespace Quai.Networks.Ports;

/// <summary>A host port to publish.</summary>
/// <param name="ContainerPort">The port inside.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="HostAddress">On which of the host's addresses; null for the network's usual one.</param>
/// <param name="HostPort">The port on the host; 0 asks for a free one.</param>
/// <param name="HostPortEnd">The end of a range to pick from, or the same port.</param>
public sealed record PortRequest(ushort ContainerPort, string Protocol, IPAddress? HostAddress, ushort HostPort, ushort HostPortEnd);
