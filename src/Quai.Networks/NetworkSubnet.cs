using System.Net;

namespace Quai.Networks;

/// <summary>A subnet of a network.</summary>
/// <param name="Prefix">All its addresses.</param>
/// <param name="Gateway">The network's own address, the next hop of its containers.</param>
/// <param name="Range">The part that addresses are leased from; null for all of it.</param>
public sealed record NetworkSubnet(IPNetwork Prefix, IPAddress Gateway, IPNetwork? Range)
{
    /// <summary>Whether there is such a next hop; where not, its address is a container's like the others.</summary>
    public bool HasGateway { get; init; } = true;

    /// <summary>A next hop of its containers other than <see cref="Gateway"/>: a container or a machine on the network; null for none.</summary>
    public IPAddress? Router { get; init; }

    /// <summary>The next hop of its containers; null for none.</summary>
    public IPAddress? NextHop => HasGateway ? Router ?? Gateway : null;
}
