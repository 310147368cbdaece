using System.Net;
using Quai.Networks.Ipam;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>What a bridge network is to be like in one address family.</summary>
internal sealed record BridgeFamily
{
    /// <summary>The address that the bridge must have; null for that which it has or had, or one that is free.</summary>
    public InterfaceAddress? Address { get; init; }

    /// <summary>The part of its subnet to lease from; null for all of it.</summary>
    public IPNetwork? Range { get; init; }

    /// <summary>A next hop of its containers other than the bridge; null for none.</summary>
    public IPAddress? Router { get; init; }

    /// <summary>How its containers are reached.</summary>
    public GatewayMode Mode { get; init; }

    /// <summary>The host's address by which its containers reach the outside; null for that of the interface.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Whether the bridge is left without the address, which somebody else has or gives it.</summary>
    public bool Inhibited { get; init; }

    /// <summary>Whether the bridge is to have the address.</summary>
    public bool HasAddress => !Inhibited && Mode != GatewayMode.Isolated;

    /// <summary>Whether addresses may be translated.</summary>
    public bool Translates => Mode is GatewayMode.Nat or GatewayMode.NatUnprotected;
}
