namespace Quai.Bake.Compose;

/// <summary>How a service's image is built. Empty and null mean that nothing was said.</summary>
internal sealed record ComposeBuild
{
    public string Context { get; init; } = "";

    public string Dockerfile { get; init; } = "";

    public string DockerfileInline { get; init; } = "";

    public IReadOnlyDictionary<string, string?> Arguments { get; init; } = new Dictionary<string, string?>();

    public IReadOnlyDictionary<string, string?> Labels { get; init; } = new Dictionary<string, string?>();

    public IReadOnlyDictionary<string, string> AdditionalContexts { get; init; } = new Dictionary<string, string>();

    /// <summary>Addresses of hosts; several are joined with commas.</summary>
    public IReadOnlyDictionary<string, string> ExtraHosts { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> CacheFrom { get; init; } = [];

    public IReadOnlyList<string> CacheTo { get; init; } = [];

    public IReadOnlyList<string> Platforms { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>SSH agents and keys by id; the path may be empty.</summary>
    public IReadOnlyList<(string Id, string Path)> SshKeys { get; init; } = [];

    /// <summary>The names of secrets.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Limits, as <c>NAME=SOFT:HARD</c>.</summary>
    public IReadOnlyList<string> Ulimits { get; init; } = [];

    public string Target { get; init; } = "";

    public string Network { get; init; } = "";

    /// <summary>In bytes; zero where nothing was said.</summary>
    public long SharedMemorySize { get; init; }

    public bool NoCache { get; init; }

    public bool Pull { get; init; }

    public string Provenance { get; init; } = "";

    public string Sbom { get; init; } = "";

    /// <summary>The extension <c>x-bake</c>; null where there is none.</summary>
    public ComposeNode? Extension { get; init; }
}
