using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Quai.Networks.Ipam;

namespace Quai.Networks.Tests.Overlay;

/// <summary>Datagrams for containers of an overlay network, put into VXLAN by hand.</summary>
internal static class Injection
{
    /// <summary>Sends a datagram to a container from an address that nobody has, by the tunnel of the container's host.</summary>
    public static void Send(NamespaceThread from, string host, uint network, Endpoint to, int port, byte[] text)
    {
        byte[] packet = new byte[8 + 14 + 20 + 8 + text.Length];
        packet[0] = 8;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), network << 8);
        Span<byte> frame = packet.AsSpan(8), ip = frame[14..], udp = ip[20..];
        MacAddress.Parse(to.MacAddress).CopyTo(frame);
        ((ReadOnlySpan<byte>)[2, 0, 0, 0, 0, 0x66, 8, 0]).CopyTo(frame[6..]);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(28 + text.Length));
        ip[8] = 64;
        ip[9] = 17;
        IPAddress.Parse("10.77.0.99").GetAddressBytes().CopyTo(ip[12..]);
        to.IPv4!.Address.GetAddressBytes().CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Sum(ip[..20]));
        BinaryPrimitives.WriteUInt16BigEndian(udp, 1234);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)(8 + text.Length));
        text.CopyTo(udp[8..]);
        from.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SendTo(packet, new IPEndPoint(IPAddress.Parse(host), 4789));
        });
    }

    /// <summary>A socket in a container to which datagrams come.</summary>
    public static Socket Listen(NamespaceThread container, int port) => container.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    });

    /// <summary>Whether a datagram comes within the time; null for none.</summary>
    public static string? Next(Socket socket, int milliseconds = 1000)
    {
        byte[] buffer = new byte[256];
        return socket.Poll(TimeSpan.FromMilliseconds(milliseconds), SelectMode.SelectRead) ? System.Text.Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)) : null;
    }

    private static ushort Sum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        }

        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
