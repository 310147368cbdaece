using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>Asks to run a further process. Descriptors come with it: the plan, then the client's socket if <paramref name="Streams"/> is not 0. Answered by <see cref="ExecAnswer"/>.</summary>
/// <param name="Head">Of <see cref="PacketKind.Exec"/>.</param>
/// <param name="Streams">Which streams the client wants; 0 if it is detached.</param>
/// <param name="Process">The exec's id.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct ExecRequest(PacketHead Head, int Streams, ProcessId Process);
