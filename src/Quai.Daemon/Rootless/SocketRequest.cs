using System.Buffers.Binary;

namespace Quai.Daemon.Rootless;

/// <summary>What the daemon asks its other half for, and what that answers: packets of a fixed size, with the socket beside the answer.</summary>
internal static class SocketRequest
{
    /// <summary>Bytes of a request: protocol, length of the address, port, sixteen bytes of address.</summary>
    public const int Size = 20;

    /// <summary>Bytes of an answer: an errno.</summary>
    public const int AnswerSize = 4;

    /// <summary>Writes a request.</summary>
    public static void Write(Span<byte> packet, int protocol, ReadOnlySpan<byte> address, ushort port)
    {
        packet[..Size].Clear();
        packet[0] = (byte)protocol;
        packet[1] = (byte)address.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(packet[2..], port);
        address.CopyTo(packet[4..]);
    }

    /// <summary>Reads a request; false if it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out int protocol, out ReadOnlySpan<byte> address, out ushort port)
    {
        (protocol, port) = (0, 0);
        address = default;
        if (packet.Length != Size || packet[0] is not (6 or 17) || packet[1] is not (4 or 16))
        {
            return false;
        }

        protocol = packet[0];
        port = BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]);
        address = packet.Slice(4, packet[1]);
        return port != 0;
    }
}
