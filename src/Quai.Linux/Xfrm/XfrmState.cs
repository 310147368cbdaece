using System.Net;

namespace Quai.Linux.Xfrm;

/// <summary>
/// A security association of IPsec, in one direction between two hosts: ESP in transport mode, encrypted and authenticated by AES-GCM. It serves packets of UDP to one port and nothing else.
/// It does not detect packets that are sent again: a host that starts anew counts from the beginning, and would not be heard.
/// </summary>
/// <param name="Source">Who sends.</param>
/// <param name="Destination">Who receives.</param>
/// <param name="Spi">By which the receiver finds it, from 256 on.</param>
/// <param name="RequestId">By which policies find it.</param>
public sealed record XfrmState(IPAddress Source, IPAddress Destination, uint Spi, uint RequestId)
{
    /// <summary>The UDP port that is sent to.</summary>
    public ushort Port { get; init; }

    /// <summary>AES's key (16 or 32 bytes), then the four bytes of salt of RFC 4106. Not listed.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>How many packets it has served; told by <see cref="XfrmStates.List"/> alone.</summary>
    public ulong Packets { get; init; }
}
