using System.Buffers.Binary;
using System.Net;

namespace Quai.Networks.Ipam.Dhcp.Messages;

/// <summary>Ethernet frames that carry DHCP: written for clients, who have no address of their own yet, and read from servers.</summary>
internal static class DhcpFrame
{
    /// <summary>Ports of servers and of clients.</summary>
    public const ushort ServerPort = 67, ClientPort = 68;

    /// <summary>Everybody, as a hardware address.</summary>
    public static readonly byte[] Everybody = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

    private const int EthernetBytes = 14, IpBytes = 20, UdpBytes = 8;
    private const byte Udp = 17, Hops = 64;

    /// <summary>Wraps a client's message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="from">The client's hardware address.</param>
    /// <param name="to">Whose the frame is.</param>
    /// <param name="source">The client's address; null before it has one.</param>
    /// <param name="destination">The server's address; null for everybody.</param>
    public static byte[] Write(ReadOnlySpan<byte> message, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, IPAddress? source, IPAddress? destination)
    {
        byte[] frame = new byte[EthernetBytes + IpBytes + UdpBytes + message.Length];
        to.CopyTo(frame);
        from.CopyTo(frame.AsSpan(6));
        frame[12] = 0x08;
        Span<byte> ip = frame.AsSpan(EthernetBytes);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = Hops;
        ip[9] = Udp;
        _ = (source ?? IPAddress.Any).TryWriteBytes(ip[12..], out _);
        _ = (destination ?? IPAddress.Broadcast).TryWriteBytes(ip[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip[..IpBytes], 0));
        Span<byte> udp = ip[IpBytes..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, ClientPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], ServerPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        message.CopyTo(udp[UdpBytes..]);
        ushort sum = Checksum(udp, Sum(ip[12..20]) + Udp + (uint)udp.Length);

        // 0 would say that there is none.
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], sum == 0 ? (ushort)0xffff : sum);
        return frame;
    }

    /// <summary>The message in a frame for clients; empty where there is none. Its checksum is not looked at: between interfaces of one machine nobody writes it.</summary>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetBytes + IpBytes + UdpBytes || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800)
        {
            return [];
        }

        ReadOnlySpan<byte> ip = frame[EthernetBytes..];
        int header = (ip[0] & 0xf) * 4, total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (ip[0] >> 4 != 4 || header < IpBytes || total < header + UdpBytes || total > ip.Length || ip[9] != Udp || (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3fff) != 0)
        {
            return [];
        }

        ReadOnlySpan<byte> udp = ip[header..total];
        int length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        return BinaryPrimitives.ReadUInt16BigEndian(udp[2..]) == ClientPort && length >= UdpBytes && length <= udp.Length ? udp[UdpBytes..length] : [];
    }

    /// <summary>From whom a frame came.</summary>
    public static ReadOnlySpan<byte> SenderOf(ReadOnlySpan<byte> frame) => frame.Slice(6, 6);

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0u);
        }

        return sum;
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes, uint before)
    {
        uint sum = before + Sum(bytes);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }
}
