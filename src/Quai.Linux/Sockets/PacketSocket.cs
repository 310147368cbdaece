using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Quai.Linux.Sockets;

/// <summary>
/// A socket for whole Ethernet frames of one interface (AF_PACKET), in the network namespace of the thread that opens it. It sees what arrives there for anybody, also for
/// interfaces upon it, as far as its filter lets through; the kernel drops the rest before it costs anything.
/// </summary>
public sealed class PacketSocket : IDisposable
{
    private const int SOL_SOCKET = 1, SO_ATTACH_FILTER = 26, LinkAddressBytes = 20;
    private const ushort ETH_P_ALL = 3;
    private const int ReceiveBuffer = 64 << 10;

    private readonly Socket _socket;

    private PacketSocket(Socket socket) => _socket = socket;

    /// <summary>Opens one.</summary>
    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="filter">What it receives.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static PacketSocket Open(int interfaceIndex, ReadOnlySpan<PacketFilter> filter)
    {
        Socket? socket = null;
        try
        {
            // With no protocol it receives nothing before it is bound.
            socket = new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified) { ReceiveBufferSize = ReceiveBuffer };
            Attach(socket, filter);
            socket.Bind(new LinkEndPoint(interfaceIndex));
            return new PacketSocket(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new LinuxException("socket", e.NativeErrorCode, "AF_PACKET");
        }
    }

    /// <summary>Sends a whole frame.</summary>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation) => _socket.SendAsync(frame, SocketFlags.None, cancellation);

    /// <summary>Waits for a frame.</summary>
    /// <returns>Its length, cut to that of the buffer.</returns>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation) => _socket.ReceiveAsync(buffer, SocketFlags.None, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static unsafe void Attach(Socket socket, ReadOnlySpan<PacketFilter> filter)
    {
        fixed (PacketFilter* first = filter)
        {
            // struct sock_fprog: a count, and a pointer at the pointer's alignment.
            Span<byte> program = stackalloc byte[2 * sizeof(nint)];
            program.Clear();
            MemoryMarshal.Write(program, (ushort)filter.Length);
            MemoryMarshal.Write(program[sizeof(nint)..], (nint)first);
            socket.SetRawSocketOption(SOL_SOCKET, SO_ATTACH_FILTER, program);
        }
    }

    /// <summary>struct sockaddr_ll: all protocols of one interface.</summary>
    private sealed class LinkEndPoint(int index) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, LinkAddressBytes);
            BinaryPrimitives.WriteUInt16BigEndian(address.Buffer.Span[2..], ETH_P_ALL);
            MemoryMarshal.Write(address.Buffer.Span[4..], index);
            return address;
        }
    }
}
