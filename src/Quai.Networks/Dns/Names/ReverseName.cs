using System.Buffers.Binary;

namespace Quai.Networks.Dns.Names;

/// <summary>Names that stand for addresses: <c>2.0.17.172.in-addr.arpa</c> and those below <c>ip6.arpa</c>.</summary>
internal static class ReverseName
{
    private static ReadOnlySpan<byte> IPv4Tail => "\u0007in-addr\u0004arpa"u8;

    private static ReadOnlySpan<byte> IPv6Tail => "\u0003ip6\u0004arpa"u8;

    /// <summary>An address as a number; one of IPv4 as IPv6 would map it.</summary>
    public static UInt128 KeyOf(ReadOnlySpan<byte> address) => address.Length == 4
        ? new UInt128(0, 0xFFFF_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(address))
        : BinaryPrimitives.ReadUInt128BigEndian(address);

    /// <summary>Reads the address that a name in small letters stands for.</summary>
    public static bool TryRead(ReadOnlySpan<byte> name, out UInt128 address)
    {
        address = 0;
        if (name.EndsWith(IPv4Tail))
        {
            return TryReadIPv4(name[..^IPv4Tail.Length], out address);
        }

        return name.EndsWith(IPv6Tail) && TryReadIPv6(name[..^IPv6Tail.Length], out address);
    }

    private static bool TryReadIPv4(ReadOnlySpan<byte> labels, out UInt128 address)
    {
        address = 0;
        uint value = 0;
        for (int i = 0; i < 4; i++)
        {
            if (labels.IsEmpty || labels[0] > 3 || labels[0] >= labels.Length)
            {
                return false;
            }

            ReadOnlySpan<byte> digits = labels.Slice(1, labels[0]);
            if ((digits.Length > 1 && digits[0] == '0') || !byte.TryParse(digits, System.Globalization.NumberStyles.None, null, out byte part))
            {
                return false;
            }

            value |= (uint)part << (8 * i);
            labels = labels[(1 + digits.Length)..];
        }

        address = new UInt128(0, 0xFFFF_0000_0000UL | value);
        return labels.IsEmpty;
    }

    private static bool TryReadIPv6(ReadOnlySpan<byte> labels, out UInt128 address)
    {
        address = 0;
        if (labels.Length != 64)
        {
            return false;
        }

        for (int i = 0; i < 32; i++)
        {
            int digit = labels[2 * i] == 1 ? HexDigit(labels[(2 * i) + 1]) : -1;
            if (digit < 0)
            {
                return false;
            }

            address |= (UInt128)(uint)digit << (4 * i);
        }

        return true;
    }

    private static int HexDigit(byte letter) => letter switch
    {
        >= (byte)'0' and <= (byte)'9' => letter - '0',
        >= (byte)'a' and <= (byte)'f' => letter - 'a' + 10,
        _ => -1,
    };
}
