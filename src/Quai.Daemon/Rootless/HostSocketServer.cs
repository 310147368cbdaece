using System.Buffers.Binary;
using Quai.Linux;
using Quai.Linux.Sockets;

namespace Quai.Daemon.Rootless;

/// <summary>
/// Binds ports of the host for the daemon, which lives in another network namespace: a socket belongs to the namespace it was made in, whoever holds it. So a port that
/// is in use is refused by the kernel as for anybody, and one on 127.0.0.1 stays there.
/// </summary>
internal static class HostSocketServer
{
    /// <summary>Serves the daemon at the other end of a socket, on a thread of its own, until that has gone.</summary>
    public static void Start(FileDescriptor socket)
    {
        var thread = new Thread(() => Serve(socket), maxStackSize: 256 << 10) { IsBackground = true, Name = "host sockets" };
        thread.Start();
    }

    private static void Serve(FileDescriptor socket)
    {
        using (socket)
        {
            byte[] packet = new byte[SocketRequest.Size + 1];
            byte[] answer = new byte[SocketRequest.AnswerSize];
            while (UnixSockets.Receive(socket.Number, packet, out int unasked) is > 0 and var length)
            {
                if (unasked >= 0)
                {
                    _ = FileCalls.TryClose(unasked);
                }

                int bound = -1;
                int errno = SocketRequest.TryRead(packet.AsSpan(0, length), out int protocol, out ReadOnlySpan<byte> address, out ushort port)
                    ? InetSockets.TryBind(protocol, address, port, out bound)
                    : Errno.EINVAL;
                BinaryPrimitives.WriteInt32LittleEndian(answer, errno);
                try
                {
                    UnixSockets.Send(socket.Number, answer, bound >= 0 ? [bound] : []);
                }
                catch (LinuxException)
                {
                    // The daemon has gone; the next receipt says so.
                }

                if (bound >= 0)
                {
                    // The daemon's copy holds the port.
                    _ = FileCalls.TryClose(bound);
                }
            }
        }
    }
}
