using System.Net;
using System.Text.Json.Serialization;
using Quai.Api.Networks;
using Quai.Engine.Containers.Spec.Networking;

namespace Quai.Engine.Containers.State;

/// <summary>A container's settings for a network that it is on whenever it runs.</summary>
/// <param name="Network">The network's name.</param>
internal sealed record NetworkAttachment(string Network)
{
    /// <summary>The requested hardware address; null for the engine's choice.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The requested IPv4 address; null for any.</summary>
    public string? IPv4Address { get; init; }

    /// <summary>The requested IPv6 address; null for any.</summary>
    public string? IPv6Address { get; init; }

    /// <summary>Whether the request had address settings at all, which inspect shows.</summary>
    public bool HasAddressSettings { get; init; }

    /// <summary>Further, link-local addresses; null for none.</summary>
    public IReadOnlyList<string>? LinkLocalAddresses { get; init; }

    /// <summary>Options of the endpoint by Docker's names; null for none.</summary>
    public IReadOnlyDictionary<string, string>? DriverOptions { get; init; }

    /// <summary>Others by aliases that it alone knows, as <c>other:alias</c>; null for none.</summary>
    public IReadOnlyList<string>? Links { get; init; }

    /// <summary>Its aliases on the network; null for none.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>The gateway priority: the container's network with the highest value has the default route.</summary>
    public int GatewayPriority { get; init; }

    /// <summary>Whether the network leases an endpoint: not the host's, and not none.</summary>
    [JsonIgnore]
    public bool HasEndpoint => new NetworkMode(Network).Network is not null;

    /// <summary>The address to lease, in the network service's form.</summary>
    [JsonIgnore]
    public IPAddress? WantedIPv4 => IPAddress.TryParse(IPv4Address, out IPAddress? address) ? address : null;

    /// <summary>The same of IPv6.</summary>
    [JsonIgnore]
    public IPAddress? WantedIPv6 => IPAddress.TryParse(IPv6Address, out IPAddress? address) ? address : null;

    /// <summary>Reads an API request's settings.</summary>
    public static NetworkAttachment Of(string network, EndpointSettings? settings) => settings is null ? new NetworkAttachment(network) : new NetworkAttachment(network)
    {
        MacAddress = string.IsNullOrEmpty(settings.MacAddress) ? null : settings.MacAddress,
        IPv4Address = settings.IPAMConfig?.IPv4Address,
        IPv6Address = settings.IPAMConfig?.IPv6Address,
        HasAddressSettings = settings.IPAMConfig is not null,
        LinkLocalAddresses = settings.IPAMConfig?.LinkLocalIPs is { Count: > 0 } links ? links : null,
        DriverOptions = settings.DriverOpts is { Count: > 0 } options ? options : null,
        Links = settings.Links is { Count: > 0 } others ? others : null,
        Aliases = settings.Aliases,
        GatewayPriority = settings.GwPriority,
    };

    /// <summary>As the API shows it, before anything is leased.</summary>
    public EndpointSettings ToSettings() => new()
    {
        MacAddress = MacAddress ?? "",
        IPAMConfig = HasAddressSettings
            ? new EndpointIPAMConfig { IPv4Address = IPv4Address, IPv6Address = IPv6Address, LinkLocalIPs = LinkLocalAddresses is { } links ? [.. links] : null }
            : null,
        DriverOpts = DriverOptions is { } options ? new(options) : null,
        Links = Links is null ? null : [.. Links],
        Aliases = Aliases is null ? null : [.. Aliases],
        GwPriority = GatewayPriority,
    };
}
