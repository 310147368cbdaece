using System.Net;

namespace Quai.Networks;

/// <summary>The daemon's settings for networks (dockerd's flags of the same names).</summary>
public sealed record NetworkOptions
{
    /// <summary>Interface of the default bridge (<c>--bridge</c>).</summary>
    public string Bridge { get; init; } = "quai0";

    /// <summary>Address and prefix of the default bridge (<c>--bip</c>); null picks the first free of 172.17.0.1/16, 172.18.0.1/16 ….</summary>
    public string? BridgeAddress { get; init; }

    /// <summary>Range that containers' addresses are taken from (<c>--fixed-cidr</c>); null for the whole subnet.</summary>
    public string? FixedCidr { get; init; }

    /// <summary>Bytes (<c>--mtu</c>); 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>Address that ports are published on when none is named (<c>--ip</c>).</summary>
    public IPAddress DefaultBindAddress { get; init; } = IPAddress.Any;

    /// <summary>Whether the firewall is ours to write (<c>--iptables</c>).</summary>
    public bool Firewall { get; init; } = true;

    /// <summary>Whether containers reach the outside through the host's address (<c>--ip-masq</c>).</summary>
    public bool Masquerade { get; init; } = true;

    /// <summary>Whether to switch on IPv4 forwarding (<c>--ip-forward</c>).</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>
    /// Whether containers may talk to each other on the default bridge (<c>--icc</c>). Where not, they are isolated ports of it. Published ports are open to them
    /// all the same, except where <c>br_netfilter</c> filters bridged traffic: there the translated packets are bridged too, and stopped.
    /// </summary>
    public bool InterContainer { get; init; } = true;

    /// <summary>The nftables table of this daemon: one daemon, one table.</summary>
    public string TableName { get; init; } = "quai";
}
