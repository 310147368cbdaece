using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>Asks what is running. Answered by <see cref="StateAnswer"/>.</summary>
/// <param name="Head">Of <see cref="PacketKind.State"/>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct StateRequest(PacketHead Head);
