using System.Net;
using System.Net.Sockets;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>What an overlay network is to be like.</summary>
/// <param name="Id">Its number in VXLAN (VNI), the same on all of its hosts.</param>
/// <param name="Local">This host's address, to which the others send.</param>
internal sealed record OverlaySettings(uint Id, IPAddress Local)
{
    /// <summary>VXLAN's usual port.</summary>
    public const ushort UsualPort = 4789;

    // VXLAN in UDP and IP, with the frame's own header; and what ESP with AES-GCM adds: its header, the nonce, filling to four bytes, the check value.
    private const int Header4 = 50, Header6 = 70, EncryptionHeader = 38;
    private const uint MarkBits = 0x4f00_0000;

    /// <summary>The UDP port of the tunnels.</summary>
    public ushort Port { get; init; } = UsualPort;

    /// <summary>The other hosts; null where somebody else tells them (<see cref="IOverlayNetworks"/>).</summary>
    public IReadOnlyList<IPAddress>? Peers { get; init; }

    /// <summary>Whether what passes between hosts is encrypted.</summary>
    public bool Encrypted { get; init; }

    /// <summary>The file with the key; null where somebody else tells it.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Bytes; 0 for what fits the network between the hosts.</summary>
    public int Mtu { get; init; }

    /// <summary>What is encrypted for this network is known by: the mark of its packets, and the request id of its states.</summary>
    public uint Mark => MarkBits | Id;

    /// <summary>The bytes by which a container's packet must be smaller than one between the hosts.</summary>
    public int Overhead => (Local.AddressFamily == AddressFamily.InterNetwork ? Header4 : Header6) + (Encrypted ? EncryptionHeader : 0);

    /// <summary>Name of the bridge of a network.</summary>
    public static string BridgeOf(string networkId) => "ov-" + networkId[..12];

    /// <summary>Name of the tunnel's interface of a network.</summary>
    public static string TunnelOf(string networkId) => "vx-" + networkId[..12];
}
