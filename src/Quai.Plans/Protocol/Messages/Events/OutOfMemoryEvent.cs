using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages.Events;

/// <summary>The container ran out of memory: the kernel kills, or just killed, one of its processes. Shims of older builds do not report it.</summary>
/// <param name="Head">Of <see cref="PacketKind.OutOfMemory"/>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct OutOfMemoryEvent(PacketHead Head);
