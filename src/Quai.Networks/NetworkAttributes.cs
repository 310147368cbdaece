namespace Quai.Networks;

/// <summary>What a network was asked to be, beside its driver's options: it is stored and shown as it is.</summary>
public sealed record NetworkAttributes
{
    /// <summary>Whether its containers reach each other and nobody else.</summary>
    public bool Internal { get; init; }

    /// <summary>Whether containers outside of a cluster's services may be attached; shown only.</summary>
    public bool Attachable { get; init; }

    /// <summary>Whether it has IPv6.</summary>
    public bool IPv6 { get; init; }

    /// <summary>Whether it lacks IPv4.</summary>
    public bool WithoutIPv4 { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Who leases addresses: <c>default</c>.</summary>
    public string IpamDriver { get; init; } = "default";

    /// <summary>Options of whoever leases addresses; null for none given. The default one has none and shows them.</summary>
    public IReadOnlyDictionary<string, string>? IpamOptions { get; init; }

    /// <summary>The subnets in the words of the request; none for those of the daemon's choice.</summary>
    public IReadOnlyList<AskedSubnet> Asked { get; init; } = [];

    /// <summary>Whether it is a configuration for other networks, and no network.</summary>
    public bool ConfigOnly { get; init; }

    /// <summary>The network whose configuration this one has; empty for its own.</summary>
    public string ConfigFrom { get; init; } = "";
}
