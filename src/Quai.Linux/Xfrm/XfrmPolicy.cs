using System.Net;

namespace Quai.Linux.Xfrm;

/// <summary>That what is sent to a host's UDP port, and has a mark, goes by ESP in transport mode.</summary>
/// <param name="Source">Who sends: this host.</param>
/// <param name="Destination">Who receives.</param>
/// <param name="Port">The UDP port that is sent to.</param>
/// <param name="Mark">The packet's mark, all bits of it.</param>
public sealed record XfrmPolicy(IPAddress Source, IPAddress Destination, ushort Port, uint Mark)
{
    /// <summary>By which the states are found.</summary>
    public uint RequestId { get; init; }

    /// <summary>The one state that is used.</summary>
    public uint Spi { get; init; }
}
