using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol;

/// <summary>Converts packets from and to structures.</summary>
public static class Packet
{
    /// <summary>The size of every packet's head, in bytes.</summary>
    public static readonly int HeadLength = Unsafe.SizeOf<PacketHead>();

    /// <summary>Reads a structure: extra bytes in the packet are skipped, missing ones are zero.</summary>
    /// <example><code>SignalRequest request = Packet.Read&lt;SignalRequest&gt;(packet);</code></example>
    public static T Read<T>(ReadOnlySpan<byte> packet)
        where T : unmanaged
    {
        T value = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        packet[..Math.Min(packet.Length, bytes.Length)].CopyTo(bytes);
        return value;
    }

    /// <summary>The bytes of a structure, to be sent.</summary>
    public static ReadOnlySpan<byte> Bytes<T>(ref T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value));
}
