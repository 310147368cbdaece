using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>The outcome of running a further process.</summary>
/// <param name="Head">Of <see cref="PacketKind.Exec"/> with <see cref="PacketKind.Answer"/>.</param>
/// <param name="Errno">0 if it has been executed. EINVAL with step 0: the shim cannot read the plan.</param>
/// <param name="Step">Which step failed (<see cref="PlanInterpreter.Outcome.FailedStep"/>).</param>
/// <param name="Pid">Its pid on the host.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct ExecAnswer(PacketHead Head, int Errno, int Step, int Pid);
