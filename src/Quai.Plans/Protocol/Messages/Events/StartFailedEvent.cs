using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages.Events;

/// <summary>A step of the start failed; the shim ends.</summary>
/// <param name="Head">Of <see cref="PacketKind.StartFailed"/>.</param>
/// <param name="Step">Which (<see cref="PlanInterpreter.Outcome.FailedStep"/>).</param>
/// <param name="Errno">Why.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct StartFailedEvent(PacketHead Head, int Step, int Errno);
