using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>Gives the sockets of the container's name server to keep; the UDP socket and the TCP socket come with it as descriptors. Answered by <see cref="PlainAnswer"/>.</summary>
/// <param name="Head">Of <see cref="PacketKind.KeepNameSockets"/>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct KeepNameSocketsRequest(PacketHead Head);
