using System.Net;

namespace Quai.Networks.Ports;

/// <summary>A published port.</summary>
/// <param name="ContainerPort">The port inside.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="HostAddress">On which of the host's addresses.</param>
/// <param name="HostPort">The port on the host; 0 where nothing is translated, and the port is open at the container's own address.</param>
public sealed record PublishedPort(ushort ContainerPort, string Protocol, IPAddress HostAddress, ushort HostPort);
