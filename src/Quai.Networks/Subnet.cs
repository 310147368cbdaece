using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Errors;

namespace Quai.Networks;

/// <summary>An IPv4 subnet as numbers.</summary>
/// <param name="Base">Its first address.</param>
/// <param name="PrefixLength">0 to 32.</param>
internal readonly record struct Subnet(uint Base, int PrefixLength)
{
    /// <summary>The last address.</summary>
    public uint Last => Base | ~Mask(PrefixLength);

    /// <summary>Reads <c>172.17.0.1/16</c>: the subnet, and the address as it was written.</summary>
    /// <exception cref="QuaiException">Not of that form.</exception>
    public static (Subnet Subnet, uint Address) Parse(string cidr)
    {
        int slash = cidr.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !IPAddress.TryParse(cidr.AsSpan(0, slash), out IPAddress? address)
            || address.AddressFamily != AddressFamily.InterNetwork
            || !int.TryParse(cidr.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int prefix)
            || prefix > 32)
        {
            throw QuaiException.Invalid($"invalid CIDR address: {cidr}");
        }

        uint number = ToNumber(address);
        return (new Subnet(number & Mask(prefix), prefix), number);
    }

    /// <summary>An address as a number.</summary>
    public static uint ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out int written) && written == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw QuaiException.Invalid($"{address} is not an IPv4 address");
    }

    /// <summary>A number as an address.</summary>
    public static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }

    /// <summary>Whether an address is in it.</summary>
    public bool Contains(uint address) => (address & Mask(PrefixLength)) == Base;

    /// <summary>Whether the two share an address.</summary>
    public bool Overlaps(Subnet other) => Contains(other.Base) || other.Contains(Base);

    /// <inheritdoc/>
    public override string ToString() => $"{ToAddress(Base)}/{PrefixLength}";

    private static uint Mask(int prefix) => prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);
}
