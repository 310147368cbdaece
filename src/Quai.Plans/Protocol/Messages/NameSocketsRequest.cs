using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>
/// Asks for the sockets of the container's name server; a unix socket comes with it as a descriptor. Answered by <see cref="PlainAnswer"/>: ENOENT where the
/// container has none. Before it says 0, the shim has sent two descriptors over that socket, in one message of one byte: the UDP socket's and the TCP socket's.
/// </summary>
/// <param name="Head">Of <see cref="PacketKind.NameSockets"/>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct NameSocketsRequest(PacketHead Head);
