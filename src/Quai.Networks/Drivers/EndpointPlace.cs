using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers;

/// <summary>What a driver is told of an endpoint that it is to attach.</summary>
/// <param name="HostInterface">Name of the host's end, or a name that nobody else's interface has.</param>
/// <param name="Interface">The container's interface.</param>
/// <param name="Mac">Its hardware address.</param>
/// <param name="IPv4">Its IPv4 address, if it has one.</param>
/// <param name="IPv6">Its IPv6 address, if it has one.</param>
internal sealed record EndpointPlace(string HostInterface, SandboxInterface Interface, byte[] Mac, EndpointAddress? IPv4, EndpointAddress? IPv6);
