using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>What is running, followed by the ids of as many execs as it says.</summary>
/// <param name="Head">Of <see cref="PacketKind.State"/> with <see cref="PacketKind.Answer"/>.</param>
/// <param name="Errno">0.</param>
/// <param name="Pid">The pid of the container's first process on the host.</param>
/// <param name="StartedAt">When it was executed: nanoseconds since 1970.</param>
/// <param name="Execs">How many ids follow.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct StateAnswer(PacketHead Head, int Errno, int Pid, long StartedAt, int Execs);
