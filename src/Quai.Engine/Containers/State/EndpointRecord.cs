using Quai.Networks;

namespace Quai.Engine.Containers.State;

/// <summary>A running container's endpoint on a network: kept so that inspect can show it after the daemon was restarted.</summary>
internal sealed record EndpointRecord
{
    public string NetworkId { get; init; } = "";

    public string NetworkName { get; init; } = "";

    public string EndpointId { get; init; } = "";

    public string Address { get; init; } = "";

    public int PrefixLength { get; init; }

    /// <summary>The next hop; empty where the network leads nowhere.</summary>
    public string Gateway { get; init; } = "";

    public string IPv6Address { get; init; } = "";

    public int IPv6PrefixLength { get; init; }

    public string IPv6Gateway { get; init; } = "";

    public string MacAddress { get; init; } = "";

    public List<PublishedPortRecord> Ports { get; init; } = [];

    /// <summary>The part of an endpoint worth keeping.</summary>
    public static EndpointRecord From(Endpoint endpoint) => new()
    {
        NetworkId = endpoint.Network.Id,
        NetworkName = endpoint.Network.Name,
        EndpointId = endpoint.Id,
        Address = endpoint.IPv4?.Address.ToString() ?? "",
        PrefixLength = endpoint.IPv4?.PrefixLength ?? 0,
        Gateway = endpoint.Network.LeadsOutside ? endpoint.IPv4?.Gateway?.ToString() ?? "" : "",
        IPv6Address = endpoint.IPv6?.Address.ToString() ?? "",
        IPv6PrefixLength = endpoint.IPv6?.PrefixLength ?? 0,
        IPv6Gateway = endpoint.Network.LeadsOutside ? endpoint.IPv6?.Gateway?.ToString() ?? "" : "",
        MacAddress = endpoint.MacAddress,
        Ports = [.. endpoint.Ports.Select(p => new PublishedPortRecord(p.ContainerPort, p.Protocol, p.HostAddress.ToString(), p.HostPort))],
    };
}

/// <summary>A published port.</summary>
internal sealed record PublishedPortRecord(ushort ContainerPort, string Protocol, string HostAddress, ushort HostPort);
