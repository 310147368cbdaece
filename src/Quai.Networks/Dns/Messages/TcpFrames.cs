using System.Buffers.Binary;
using System.Net.Sockets;

namespace Quai.Networks.Dns.Messages;

/// <summary>Messages on TCP: each with its length before it (RFC 7766).</summary>
internal static class TcpFrames
{
    /// <summary>Sends a message and its length at once.</summary>
    public static async ValueTask SendAsync(Socket socket, PooledMessage message, CancellationToken cancellation)
    {
        for (ReadOnlyMemory<byte> rest = message.Framed(); !rest.IsEmpty;)
        {
            int sent = await socket.SendAsync(rest, SocketFlags.None, cancellation).ConfigureAwait(false);
            rest = rest[sent..];
        }
    }

    /// <summary>Receives a message: the caller's to give back. Null: the other has ended, or its message is too short to be one or too long.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="most">Bytes of the longest message.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async ValueTask<PooledMessage?> ReceiveAsync(Socket socket, int most, CancellationToken cancellation)
    {
        // Most messages are short, so that the buffer for the length takes them as well; a larger one is had when the first part has come.
        PooledMessage first = PooledMessage.Rent(MessageLayout.PlainUdpSize);
        bool kept = false;
        try
        {
            if (!await FillAsync(socket, first.Memory[..MessageLayout.FrameLength], cancellation).ConfigureAwait(false))
            {
                return null;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(first.Span);
            if (length < MessageLayout.HeaderLength || length > most)
            {
                return null;
            }

            PooledMessage message = first.WithLength(Math.Min(length, MessageLayout.PlainUdpSize));
            if (!await FillAsync(socket, message.Memory, cancellation).ConfigureAwait(false))
            {
                return null;
            }

            if (length == message.Length)
            {
                kept = true;
                return message;
            }

            PooledMessage whole = PooledMessage.Rent(length);
            message.Span.CopyTo(whole.Span);
            bool all = false;
            try
            {
                all = await FillAsync(socket, whole.Memory[message.Length..], cancellation).ConfigureAwait(false);
                return all ? whole : null;
            }
            finally
            {
                if (!all)
                {
                    whole.Dispose();
                }
            }
        }
        finally
        {
            if (!kept)
            {
                first.Dispose();
            }
        }
    }

    private static async ValueTask<bool> FillAsync(Socket socket, Memory<byte> room, CancellationToken cancellation)
    {
        while (!room.IsEmpty)
        {
            int received = await socket.ReceiveAsync(room, SocketFlags.None, cancellation).ConfigureAwait(false);
            if (received == 0)
            {
                return false;
            }

            room = room[received..];
        }

        return true;
    }
}
