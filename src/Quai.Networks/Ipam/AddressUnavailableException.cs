using System.Net;
using Quai.Errors;

namespace Quai.Networks.Ipam;

/// <summary>An address that was asked for is somebody's already. The message is Docker's, without the holder, which the caller puts behind it.</summary>
/// <param name="address">The address.</param>
/// <param name="network">The network's name.</param>
public sealed class AddressUnavailableException(IPAddress address, string network) : QuaiException(ErrorKind.Forbidden, $"Address already in use: {address} of network {network}")
{
    /// <summary>The address.</summary>
    public IPAddress Address { get; } = address;

    /// <summary>The id of the container that has it; null for what is reserved: the gateway, an auxiliary address, the first and the last of a subnet.</summary>
    public string? HoldingContainer { get; init; }
}
