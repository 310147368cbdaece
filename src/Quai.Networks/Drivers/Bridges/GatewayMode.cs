namespace Quai.Networks.Drivers.Bridges;

/// <summary>How containers on a bridge are reached from outside, in one address family (<c>com.docker.network.bridge.gateway_mode_ipv4</c> and <c>_ipv6</c>).</summary>
internal enum GatewayMode
{
    /// <summary>By ports published on the host's addresses, and by nothing else.</summary>
    Nat,

    /// <summary>By published ports, and at their own addresses by whoever has a route there.</summary>
    NatUnprotected,

    /// <summary>At their own addresses, at the ports that are published. Nothing is translated.</summary>
    Routed,

    /// <summary>Not at all; not even the host has an address on the bridge. For internal networks.</summary>
    Isolated,
}
