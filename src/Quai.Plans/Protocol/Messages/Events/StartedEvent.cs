using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages.Events;

/// <summary>The container's program has been executed.</summary>
/// <param name="Head">Of <see cref="PacketKind.Started"/>.</param>
/// <param name="Pid">The first process's pid on the host.</param>
/// <param name="Spare">Reserved, 0.</param>
/// <param name="StartedAt">Nanoseconds since 1970.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct StartedEvent(PacketHead Head, int Pid, int Spare, long StartedAt);
