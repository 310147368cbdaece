using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>Which versions a shim understands.</summary>
/// <param name="Head">Of <see cref="PacketKind.Hello"/> with <see cref="PacketKind.Answer"/>.</param>
/// <param name="Errno">0; EINVAL from a shim of version 1, in which case the rest is missing.</param>
/// <param name="Version">The version of the protocol that it speaks.</param>
/// <param name="OldestVersion">The oldest version that it understands.</param>
/// <param name="PlanVersion">The newest plan version that it can run (<see cref="PlanVersions"/>).</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct HelloAnswer(PacketHead Head, int Errno, int Version, int OldestVersion, int PlanVersion);
