using System.Net;

namespace Quai.Networks.Ports;

/// <summary>Where published ports lead to.</summary>
/// <param name="IPv4">The container's IPv4 address; null where it has none.</param>
/// <param name="IPv6">Its IPv6 address; null where it has none.</param>
/// <param name="Usual">The host's address where a request names none; all of IPv4 mean those of IPv6, too.</param>
internal sealed record PortTarget(IPAddress? IPv4, IPAddress? IPv6, IPAddress Usual)
{
    /// <summary>Whether IPv4 ports are the host's; where not, they are open at the container's own address.</summary>
    public bool TranslatesIPv4 { get; init; } = true;

    /// <summary>The same of IPv6.</summary>
    public bool TranslatesIPv6 { get; init; } = true;

    /// <summary>Whether an IPv4 address is reached by IPv6, too: see <see cref="PortRelays"/>.</summary>
    public bool Relays { get; init; }

    /// <summary>The container's address that is behind one of the host's.</summary>
    public IPAddress? Behind(IPAddress host) => IsIPv6(host) ? IPv6 ?? IPv4 : IPv4;

    /// <summary>Whether there is one.</summary>
    public bool Reaches(IPAddress host) => IsIPv6(host) ? IPv6 is not null || (Relays && TranslatesIPv4 && IPv4 is not null) : IPv4 is not null;

    /// <summary>Whether a port on an address of the host is the host's.</summary>
    public bool Translates(IPAddress host) => IsIPv6(host) && IPv6 is not null ? TranslatesIPv6 : TranslatesIPv4;

    private static bool IsIPv6(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
}
