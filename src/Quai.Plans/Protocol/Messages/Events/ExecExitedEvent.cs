using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages.Events;

/// <summary>A further process has ended; its output is complete.</summary>
/// <param name="Head">Of <see cref="PacketKind.ExecExited"/>.</param>
/// <param name="ExitCode">Its code, or 128 + signal.</param>
/// <param name="Process">The exec's id.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct ExecExitedEvent(PacketHead Head, int ExitCode, ProcessId Process);
