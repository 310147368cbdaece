using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>What runs. Behind it, the ids of as many execs as it says.</summary>
/// <param name="Head">Of <see cref="PacketKind.State"/> with <see cref="PacketKind.Answer"/>.</param>
/// <param name="Errno">0.</param>
/// <param name="Pid">The container's first process, as the host numbers it.</param>
/// <param name="StartedAt">When it was executed: nanoseconds since 1970.</param>
/// <param name="Execs">How many ids follow.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct StateAnswer(PacketHead Head, int Errno, int Pid, long StartedAt, int Execs);
