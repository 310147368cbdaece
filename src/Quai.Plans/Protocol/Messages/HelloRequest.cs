using System.Runtime.InteropServices;

namespace Quai.Plans.Protocol.Messages;

/// <summary>What a daemon first sends to a shim that an earlier one has started. Answered by <see cref="HelloAnswer"/>.</summary>
/// <param name="Head">Of <see cref="PacketKind.Hello"/>.</param>
/// <param name="Version">The version of the protocol that the daemon speaks.</param>
/// <param name="OldestVersion">The oldest version that it understands.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public record struct HelloRequest(PacketHead Head, int Version, int OldestVersion);
