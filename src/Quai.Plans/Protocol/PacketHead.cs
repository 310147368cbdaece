using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol;

/// <summary>How every packet begins.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Request">The request's number, which its answer repeats; 0 for events.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct PacketHead(PacketKind Kind, int Request);
