using System.Buffers.Binary;
using Quai.Linux;
using Quai.Linux.Sockets;
using Quai.Networks.Ports;

namespace Quai.Daemon.Rootless;

/// <summary>The host's ports, as <see cref="HostSocketServer"/> binds them.</summary>
/// <param name="socket">Its other end is the server's.</param>
internal sealed class HostSockets(FileDescriptor socket) : IHostSockets
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public int TryBind(int protocol, ReadOnlySpan<byte> address, ushort port, out int bound)
    {
        Span<byte> packet = stackalloc byte[SocketRequest.Size];
        SocketRequest.Write(packet, protocol, address, port);
        Span<byte> answer = stackalloc byte[SocketRequest.AnswerSize];
        lock (_lock)
        {
            UnixSockets.Send(socket.Number, packet, []);
            if (UnixSockets.Receive(socket.Number, answer, out bound) != answer.Length)
            {
                throw new LinuxException("recvmsg", Errno.EPIPE, "the process that binds the host's ports");
            }
        }

        return BinaryPrimitives.ReadInt32LittleEndian(answer);
    }
}
