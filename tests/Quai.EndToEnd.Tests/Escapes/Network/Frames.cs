using System.Buffers.Binary;
using System.Net;

namespace Quai.EndToEnd.Tests.Escapes.Network;

/// <summary>Ethernet frames made by hand, as hex digits.</summary>
internal static class Frames
{
    /// <summary>Where all nodes of IPv6 listen.</summary>
    public const string AllNodes = "33:33:00:00:00:01";

    /// <summary>A group (LLDP's) whose frames a bridge does not forward but passes to the port they came in by.</summary>
    public const string PastTheBridge = "01:80:c2:00:00:0e";

    /// <summary>The network that <see cref="RouterAdvertisement"/> offers.</summary>
    public const string OfferedNetwork = "2001:db8:bad:";

    private const byte IcmpProtocol = 1, UdpProtocol = 17, Icmp6Protocol = 58;

    /// <summary>An advertisement of a default router and of a network to take an address of.</summary>
    public static string RouterAdvertisement(string from, string to)
    {
        byte[] source = IPAddress.Parse("fe80::bad").GetAddressBytes(), destination = IPAddress.Parse("ff02::1").GetAddressBytes();
        byte[] message =
        [
            134, 0, 0, 0, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0,
            3, 4, 64, 0xc0, 0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40, 0, 0, 0, 0, .. IPAddress.Parse(OfferedNetwork + ":").GetAddressBytes(),
            1, 1, .. Mac(from),
        ];
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
        Sum([.. source, .. destination, .. length, 0, 0, 0, Icmp6Protocol, .. message]).CopyTo(message, 2);
        return Frame(to, from, 0x86dd, [0x60, 0, 0, 0, length[2], length[3], Icmp6Protocol, 255, .. source, .. destination, .. message]);
    }

    /// <summary>A datagram.</summary>
    public static string Datagram(string from, string to, string source, string destination, ushort port, string text)
    {
        byte[] payload = System.Text.Encoding.ASCII.GetBytes(text);
        return Frame(to, from, 0x0800, Packet(source, destination, UdpProtocol, [0x30, 0x39, (byte)(port >> 8), (byte)port, 0, (byte)(payload.Length + 8), 0, 0, .. payload]));
    }

    /// <summary>A router's word to a sender that a destination is better reached by way of another router.</summary>
    public static string Redirect(string from, string to, string router, string sender, string destination, string better)
    {
        // What is said to have been sent is an answer to a ping: for that no socket is needed.
        byte[] message = [5, 1, 0, 0, .. IPAddress.Parse(better).GetAddressBytes(), .. Packet(sender, destination, IcmpProtocol, [0, 0, 0, 0, 0, 0, 0, 0])];
        Sum(message).CopyTo(message, 2);
        return Frame(to, from, 0x0800, Packet(router, sender, IcmpProtocol, message));
    }

    private static byte[] Packet(string source, string destination, byte protocol, byte[] content)
    {
        int length = 20 + content.Length;
        byte[] header =
        [
            0x45, 0, (byte)(length >> 8), (byte)length, 0, 1, 0, 0, 64, protocol, 0, 0,
            .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(),
        ];
        Sum(header).CopyTo(header, 10);
        return [.. header, .. content];
    }

    private static string Frame(string to, string from, ushort type, byte[] content) =>
        Convert.ToHexStringLower([.. Mac(to), .. Mac(from), (byte)(type >> 8), (byte)type, .. content]);

    private static byte[] Mac(string text) => Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal));

    private static byte[] Sum(byte[] bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (uint)(bytes[i] << (i % 2 == 0 ? 8 : 0));
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return [(byte)(~sum >> 8), (byte)~sum];
    }
}
