using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages.Events;

/// <summary>The container has ended; its log is complete, its exit record on disk.</summary>
/// <param name="Head">Of <see cref="PacketKind.Exited"/>.</param>
/// <param name="ExitCode">The program's code, or 128 + signal.</param>
/// <param name="OutOfMemory">Whether the kernel killed something in it for lack of memory: 1 or 0.</param>
/// <param name="FinishedAt">Nanoseconds since 1970.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct ExitedEvent(PacketHead Head, int ExitCode, int OutOfMemory, long FinishedAt);
