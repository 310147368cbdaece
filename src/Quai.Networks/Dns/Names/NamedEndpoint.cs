using System.Net;

namespace Quai.Networks.Dns.Names;

/// <summary>A container on one network, by all names that the others there may call it.</summary>
/// <param name="Id">The endpoint's id; tells it from the others.</param>
/// <param name="Names">
/// The container's name first, which its addresses are resolved to; then aliases, service names, the short id and the host name. A name may have
/// dots. One that no message can hold is passed over.
/// </param>
/// <param name="IPv4">Its address; null where it has none.</param>
/// <param name="IPv6">Its address; null where it has none.</param>
public sealed record NamedEndpoint(string Id, IReadOnlyList<string> Names, IPAddress? IPv4, IPAddress? IPv6)
{
    /// <summary>What it has to offer.</summary>
    public IReadOnlyList<NamedService> Services { get; init; } = [];
}
