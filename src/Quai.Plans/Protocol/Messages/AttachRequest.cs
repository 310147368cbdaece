using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>Asks to connect a client; its socket comes with it as a descriptor. Answered by <see cref="PlainAnswer"/>.</summary>
/// <param name="Head">Of kind <see cref="PacketKind.Attach"/>.</param>
/// <param name="Streams">Which streams it wants: <see cref="ShimProtocol.Stdin"/> and others.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct AttachRequest(PacketHead Head, int Streams);
