namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>A container's network: whose it is, which names it knows, what it publishes.</summary>
public sealed record NetworkSpec
{
    /// <summary>Whose network it has.</summary>
    public required NetworkMode Mode { get; init; }

    /// <summary>Whether it has no network at all; null for not said.</summary>
    public bool? Disabled { get; init; }

    /// <summary>The hardware address on the network of its mode; null or empty for one of the engine's making.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The ports that it is said to serve, those that are published among them.</summary>
    public IReadOnlyList<PortRange>? Exposed { get; init; }

    /// <summary>The ports that are published on the host.</summary>
    public IReadOnlyList<PortPublication> Published { get; init; } = [];

    /// <summary>Whether every exposed port is published that is not anyway.</summary>
    public bool PublishAll { get; init; }

    /// <summary>Name servers; none for the daemon's.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Options of the resolver; none for the daemon's.</summary>
    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    /// <summary>Search domains; none for the daemon's.</summary>
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>Further lines of /etc/hosts as <c>name:address</c>, the address <c>host-gateway</c> among them.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    /// <summary>Other containers by names of its own.</summary>
    public IReadOnlyList<string>? Links { get; init; }
}
