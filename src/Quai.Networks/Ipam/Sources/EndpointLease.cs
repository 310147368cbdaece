using System.Net;

namespace Quai.Networks.Ipam.Sources;

/// <summary>An address that a server of the network (DHCP) lends to an endpoint. Recorded as it is.</summary>
internal sealed record EndpointLease
{
    /// <summary>The address.</summary>
    public required string Address { get; init; }

    /// <summary>Bits of its subnet's prefix.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>The next hop to everywhere else; null for none.</summary>
    public string? Router { get; init; }

    /// <summary>The DNS servers of the network.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];

    /// <summary>The server that lends it.</summary>
    public required string Server { get; init; }

    /// <summary>The hardware address from which the server's answer came: its own, or a relay's.</summary>
    public required string ServerMac { get; init; }

    /// <summary>Since when it is lent.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Seconds after that when it is to be renewed, when any server is to be asked, and when it ends; the last is null for never.</summary>
    public required uint RenewAfter { get; init; }

    /// <inheritdoc cref="RenewAfter"/>
    public required uint RebindAfter { get; init; }

    /// <inheritdoc cref="RenewAfter"/>
    public uint? EndsAfter { get; init; }

    /// <summary>The name by which the endpoint's container goes with the server.</summary>
    public string HostName { get; init; } = "";

    /// <summary>As the endpoint has it.</summary>
    /// <param name="leadsOutside">Whether the network has a next hop to everywhere else at all.</param>
    public EndpointAddress ToAddress(bool leadsOutside) =>
        new(IPAddress.Parse(Address), PrefixLength, leadsOutside && Router is { } router ? IPAddress.Parse(router) : null);
}
