using System.Net;

namespace Quai.Linux.Netlink.Tunnels;

/// <summary>A VXLAN interface to create: frames to it are sent in UDP to other hosts, and what they send comes out of it.</summary>
public readonly record struct VxlanLink
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The network's number (VNI), below 2^24.</summary>
    public required uint Id { get; init; }

    /// <summary>The host's address that it sends from; its family is that of the tunnel.</summary>
    public required IPAddress Local { get; init; }

    /// <summary>The UDP port, here and there.</summary>
    public ushort Port { get; init; }

    /// <summary>Bytes; 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>Whether it learns from what arrives behind which host an address is.</summary>
    public bool Learns { get; init; }

    /// <summary>Whether it answers questions for hardware addresses (ARP, neighbour solicitations) itself, from its neighbour entries, and lets none through.</summary>
    public bool Answers { get; init; }
}
