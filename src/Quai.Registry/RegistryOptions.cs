using Quai.Registry.Transport;

namespace Quai.Registry;

/// <summary>How registries are spoken to; the defaults are Docker's.</summary>
public sealed record RegistryOptions
{
    /// <summary>Registries (<c>host[:port]</c>, or a network as <c>10.0.0.0/8</c>) that may have a bad certificate or none. Loopback addresses and <c>localhost</c> always may.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>Addresses (<c>https://host[:port]</c>) asked before Docker Hub for its images.</summary>
    public IReadOnlyList<string> RegistryMirrors { get; init; } = [];

    /// <summary>Tries of a download before it fails.</summary>
    public int MaxDownloadAttempts { get; init; } = 5;

    /// <summary>Wait before the second try; each later one waits this much longer. A registry's <c>Retry-After</c> comes first.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A registry that sends nothing for so long is taken to be gone.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Least bytes a second of a download, over <see cref="StallTimeout"/>: one that trickles slower is begun again where it was.</summary>
    public int MinimumRate { get; init; } = 64;

    /// <summary>The longest wait that a registry's <c>Retry-After</c> gets; one that asks for more gets no other try.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes sent in one request of an upload; blobs up to this size go in one piece.</summary>
    public int UploadChunkSize { get; init; } = 32 << 20;

    /// <summary>Folders with a subfolder for each registry (<c>host[:port]</c>): its authorities and client certificates.</summary>
    public IReadOnlyList<string> CertificateFolders { get; init; } = ["/etc/docker/certs.d", "/etc/quai/certs.d"];

    /// <summary>Proxies for what goes out.</summary>
    public ProxyRules Proxies { get; init; } = ProxyRules.FromEnvironment();

    /// <summary>Sent as <c>User-Agent</c>.</summary>
    public string UserAgent { get; init; } = "quai/0.1";
}
