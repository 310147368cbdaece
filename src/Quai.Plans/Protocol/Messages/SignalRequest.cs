using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>Asks to send a signal to the first process. Answered by <see cref="PlainAnswer"/>.</summary>
/// <param name="Head">Of <see cref="PacketKind.Signal"/>.</param>
/// <param name="Signal">Its number.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct SignalRequest(PacketHead Head, int Signal);
