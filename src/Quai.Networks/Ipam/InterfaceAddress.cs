using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Errors;

namespace Quai.Networks.Ipam;

/// <summary>An interface's address together with the length of its network's prefix, as <c>172.17.0.1/16</c> writes it. IPv4 or IPv6.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">Bits of the prefix.</param>
internal readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>The network that the address is of.</summary>
    public IPNetwork Network => Prefixes.Of(Address, PrefixLength);

    /// <summary>Reads <c>172.17.0.1/16</c> or <c>fd00::1/64</c>.</summary>
    /// <exception cref="QuaiException">Not of that form.</exception>
    public static InterfaceAddress Parse(string cidr)
    {
        int slash = cidr.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0
            && IPAddress.TryParse(cidr.AsSpan(0, slash), out IPAddress? address)
            && int.TryParse(cidr.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length <= Prefixes.Bits(address.AddressFamily)
            ? new InterfaceAddress(address, length)
            : throw QuaiException.Invalid($"invalid CIDR address: {cidr}");
    }

    /// <summary>Reads one that must be IPv4.</summary>
    /// <exception cref="QuaiException">Not of that form, or IPv6.</exception>
    public static InterfaceAddress ParseIPv4(string cidr) => Parse(cidr) is { Address.AddressFamily: AddressFamily.InterNetwork } address
        ? address
        : throw QuaiException.Invalid($"invalid CIDR address: {cidr}");

    /// <summary>Reads one that must be IPv6.</summary>
    /// <exception cref="QuaiException">Not of that form, or IPv4.</exception>
    public static InterfaceAddress ParseIPv6(string cidr) => Parse(cidr) is { Address.AddressFamily: AddressFamily.InterNetworkV6 } address
        ? address
        : throw QuaiException.Invalid($"invalid IPv6 CIDR address: {cidr}");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");
}
