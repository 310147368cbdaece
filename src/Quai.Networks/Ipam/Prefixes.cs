using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Quai.Networks.Ipam;

/// <summary>Arithmetic of addresses and prefixes, the same for both families: an address is a number of 128 bits.</summary>
public static class Prefixes
{
    private const int LongestText = 64;

    /// <summary>Bits of an address.</summary>
    public static int Bits(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    /// <summary>An address as a number.</summary>
    public static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out int written);
        return written == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>A number as an address.</summary>
    public static IPAddress Address(UInt128 number, AddressFamily family)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }

    /// <summary>The network that an address is of.</summary>
    public static IPNetwork Of(IPAddress address, int length)
    {
        AddressFamily family = address.AddressFamily;
        return new IPNetwork(Address(Number(address) & ~HostMask(family, length), family), length);
    }

    /// <summary>A network's first address as a number.</summary>
    public static UInt128 First(IPNetwork network) => Number(network.BaseAddress);

    /// <summary>A network's last address as a number.</summary>
    public static UInt128 Last(IPNetwork network) => First(network) | HostMask(network.BaseAddress.AddressFamily, network.PrefixLength);

    /// <summary>Whether the two share an address.</summary>
    public static bool Overlap(IPNetwork one, IPNetwork other) => one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    /// <summary>Whether an address can be that of one interface: not of none, of itself alone, or of a group.</summary>
    public static bool IsHosts(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes()[0] is > 0 and < 224 and not 127
        : !address.IsIPv6Multicast && !address.IsIPv4MappedToIPv6 && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.IPv6Loopback);

    /// <summary>Reads an address that is written in full; null for anything else. .NET also reads forms that nobody means: <c>10</c> is 0.0.0.10 to it, and <c>010.0.0.1</c> 8.0.0.1.</summary>
    public static IPAddress? AddressOf(string text) =>
        text.Length > LongestText || text.AsSpan().ContainsAny('[', '%', '/') || !IPAddress.TryParse(text, out IPAddress? address) ? null
            : address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text ? address
            : null;

    private static UInt128 HostMask(AddressFamily family, int length)
    {
        int bits = Bits(family) - length;
        return bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;
    }
}
