namespace Quai.Networks.Ipam.Sources;

/// <summary>Addresses of an endpoint that somebody else gave.</summary>
/// <param name="EndpointId">The endpoint's id: they are recorded, or were asked for, by it.</param>
/// <param name="IPv4">The IPv4 address; null for none.</param>
/// <param name="IPv6">The IPv6 address; null for none.</param>
internal sealed record GivenAddresses(string EndpointId, EndpointAddress? IPv4, EndpointAddress? IPv6)
{
    /// <summary>Who gave them, for errors.</summary>
    public string Giver { get; init; } = "";

    /// <summary>The hardware address for which they were given; null where that did not matter.</summary>
    public byte[]? Mac { get; init; }

    /// <summary>What was leased of a server of the network; null for nothing.</summary>
    public EndpointLease? Lease { get; init; }
}
