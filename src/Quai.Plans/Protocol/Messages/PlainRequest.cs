using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>
/// A request that is no more than its head, and the descriptors that come with it; answered by <see cref="PlainAnswer"/>.
/// <para>
/// <see cref="PacketKind.NameSockets"/>: asks for the sockets of the container's name server; a unix socket comes with it. ENOENT where the container has none. Before the shim says 0, it
/// has sent two descriptors over that socket, in one message of one byte: the UDP socket's and the TCP socket's.
/// </para>
/// <para><see cref="PacketKind.KeepNameSockets"/>: gives them to keep; both come with it, in the same order.</para>
/// </summary>
/// <param name="Head">Of one of these kinds.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct PlainRequest(PacketHead Head);
