using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>The beginning of every answer; most are nothing more.</summary>
/// <param name="Head">Of the request's kind with <see cref="PacketKind.Answer"/>.</param>
/// <param name="Errno">0, or why it was not done.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct PlainAnswer(PacketHead Head, int Errno);
