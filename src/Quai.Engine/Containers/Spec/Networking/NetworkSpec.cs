namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>A container's network: whose it is, the names it knows, the ports it publishes.</summary>
public sealed record NetworkSpec
{
    /// <summary>Which network it uses.</summary>
    public required NetworkMode Mode { get; init; }

    /// <summary>Whether it has no network at all; null if not given.</summary>
    public bool? Disabled { get; init; }

    /// <summary>The hardware address on its mode's network; null or empty for a generated one.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The exposed ports, including published ones.</summary>
    public IReadOnlyList<PortRange>? Exposed { get; init; }

    /// <summary>The ports that are published on the host.</summary>
    public IReadOnlyList<PortPublication> Published { get; init; } = [];

    /// <summary>Whether to publish every exposed port that is not published explicitly.</summary>
    public bool PublishAll { get; init; }

    /// <summary>Whether it stands beside another container whose ports and names are to be its own, or were: as long as it does, it publishes nothing, and others know it by its name alone.</summary>
    public bool IsBeside { get; init; }

    /// <summary>Name servers; none for the daemon's.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Resolver options; none for the daemon's.</summary>
    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    /// <summary>Search domains; none for the daemon's.</summary>
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>Additional lines of /etc/hosts as <c>name:address</c>, including the address <c>host-gateway</c>.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    /// <summary>Links to other containers, by aliases.</summary>
    public IReadOnlyList<string>? Links { get; init; }
}
