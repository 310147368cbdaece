using Quai.Registry.Transport;

namespace Quai.Registry;

/// <summary>How to talk to registries; the defaults are Docker's.</summary>
public sealed record RegistryOptions
{
    /// <summary>Registries (<c>host[:port]</c>, or a network such as <c>10.0.0.0/8</c>) that may have an invalid certificate or none. Loopback addresses and <c>localhost</c> always may.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>Addresses (<c>https://host[:port]</c>) asked before Docker Hub for its images.</summary>
    public IReadOnlyList<string> RegistryMirrors { get; init; } = [];

    /// <summary>Number of attempts at a download before it fails.</summary>
    public int MaxDownloadAttempts { get; init; } = 5;

    /// <summary>Delay before the second attempt; each later delay is longer by this much. A registry's <c>Retry-After</c> takes precedence.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A registry that sends nothing for this long is assumed to be gone.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Minimum rate of a download in bytes per second, over <see cref="StallTimeout"/>: a slower one is restarted where it was.</summary>
    public int MinimumRate { get; init; } = 64;

    /// <summary>The longest <c>Retry-After</c> that is honoured; if a registry asks for more, there is no other attempt.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes sent in one request of an upload; blobs up to this size are sent in one piece.</summary>
    public int UploadChunkSize { get; init; } = 32 << 20;

    /// <summary>Folders with a subfolder for each registry (<c>host[:port]</c>): its authorities and client certificates.</summary>
    public IReadOnlyList<string> CertificateFolders { get; init; } = ["/etc/docker/certs.d", "/etc/quai/certs.d"];

    /// <summary>Proxies for outgoing requests.</summary>
    public ProxyRules Proxies { get; init; } = ProxyRules.FromEnvironment();

    /// <summary>Sent as <c>User-Agent</c>.</summary>
    public string UserAgent { get; init; } = "quai/0.1";
}
