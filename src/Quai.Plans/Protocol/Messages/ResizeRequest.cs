using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>Asks to set the size of a terminal. Answered by <see cref="PlainAnswer"/>.</summary>
/// <param name="Head">Of <see cref="PacketKind.Resize"/>.</param>
/// <param name="Rows">In characters.</param>
/// <param name="Columns">In characters.</param>
/// <param name="Process">Whose terminal: an exec's, or the container's (zeros).</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct ResizeRequest(PacketHead Head, int Rows, int Columns, ProcessId Process);
