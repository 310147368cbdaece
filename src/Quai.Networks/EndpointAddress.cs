using System.Net;

namespace Quai.Networks;

/// <summary>An address of an endpoint.</summary>
/// <param name="Address">The leased address.</param>
/// <param name="PrefixLength">Of the subnet.</param>
/// <param name="Gateway">The subnet's next hop to everywhere else; null where it has none.</param>
public sealed record EndpointAddress(IPAddress Address, int PrefixLength, IPAddress? Gateway);
