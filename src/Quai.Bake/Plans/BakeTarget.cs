namespace Quai.Bake.Plans;

/// <summary>A build, with all that was said about it resolved. Null and empty mean that nothing was said.</summary>
public sealed record BakeTarget
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>Annotations, as <c>[TYPE:]KEY=VALUE</c>.</summary>
    public IReadOnlyList<string> Annotations { get; init; } = [];

    /// <summary>Attestations to attach.</summary>
    public IReadOnlyList<BakeAttestation> Attestations { get; init; } = [];

    /// <summary>The context: a folder or an address.</summary>
    public string Context { get; init; } = ".";

    /// <summary>Whether the context is a folder of the address that the definition is of.</summary>
    public bool IsContextRemote { get; init; }

    /// <summary>Further contexts by name; <c>target:NAME</c> is the result of another target.</summary>
    public IReadOnlyDictionary<string, string> Contexts { get; init; } = new Dictionary<string, string>();

    /// <summary>The Dockerfile's path in the context.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>The Dockerfile's text, in its place.</summary>
    public string? DockerfileInline { get; init; }

    /// <summary>Build arguments.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>The image's labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The image's names.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Caches to import.</summary>
    public IReadOnlyList<BakeCacheEntry> CacheFrom { get; init; } = [];

    /// <summary>Caches to export.</summary>
    public IReadOnlyList<BakeCacheEntry> CacheTo { get; init; } = [];

    /// <summary>The stage to build.</summary>
    public string? Stage { get; init; }

    /// <summary>Secrets.</summary>
    public IReadOnlyList<BakeSecret> Secrets { get; init; } = [];

    /// <summary>SSH agents and keys.</summary>
    public IReadOnlyList<BakeSshKey> SshKeys { get; init; } = [];

    /// <summary>Platforms to build for.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>What becomes of the result.</summary>
    public IReadOnlyList<BakeOutput> Outputs { get; init; } = [];

    /// <summary>Whether images are always pulled.</summary>
    public bool? Pull { get; init; }

    /// <summary>Whether no cache is used.</summary>
    public bool? NoCache { get; init; }

    /// <summary>The network of build steps.</summary>
    public string? Network { get; init; }

    /// <summary>Stages for which no cache is used.</summary>
    public IReadOnlyList<string> NoCacheFilter { get; init; } = [];

    /// <summary>The size of <c>/dev/shm</c> of build steps.</summary>
    public string? SharedMemorySize { get; init; }

    /// <summary>Resource limits of build steps, as <c>NAME=SOFT[:HARD]</c>.</summary>
    public IReadOnlyList<string> Ulimits { get; init; } = [];

    /// <summary>What the frontend is asked for instead of a build.</summary>
    public string? Call { get; init; }

    /// <summary>Privileges that the build needs.</summary>
    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary>Addresses of further hosts.</summary>
    public IReadOnlyDictionary<string, string> ExtraHosts { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it is built only because others use its result.</summary>
    public bool IsLinked { get; init; }
}
