using Quai.BuildClient.Builds;
using Quai.BuildClient.Sessions;
using Quai.Cli.Builds.Options;

namespace Quai.Cli.Builds;

/// <summary>A build as users describe it, whether by flags or in a file: read and checked for its form, nothing looked up yet.</summary>
/// <param name="Context">A folder, an address, or <c>-</c> for the standard input.</param>
internal sealed record BuildOptions(string Context)
{
    /// <summary>The folder of the context that is wanted, where that is an archive behind an address; empty for all of it.</summary>
    public string ContextFolder { get; init; } = "";

    /// <summary>The Dockerfile; empty for the usual one, <c>-</c> for the standard input.</summary>
    public string File { get; init; } = "";

    /// <summary>The Dockerfile itself; null where <see cref="File"/> says where it is.</summary>
    public string? DockerfileText { get; init; }

    /// <summary>Further contexts by name.</summary>
    public IReadOnlyDictionary<string, string> NamedContexts { get; init; } = new Dictionary<string, string>();

    /// <summary>Further contexts that are results of other builds.</summary>
    public IReadOnlyDictionary<string, LinkedResult> Links { get; init; } = new Dictionary<string, LinkedResult>();

    /// <summary>The stage; empty for the last.</summary>
    public string Target { get; init; } = "";

    /// <summary>Names of the image.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Variables of the build.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels of the image.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations, as attributes of exporters.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Annotations { get; init; } = [];

    /// <summary>What is attested of the result, as attributes of frontends.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attestations { get; init; } = [];

    /// <summary>What is built for; none for the builder's own platform.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>What becomes of the result; none for the builder's usual.</summary>
    public IReadOnlyList<OutputOption> Outputs { get; init; } = [];

    /// <summary>Whether the result becomes an image of the daemon in any case.</summary>
    public bool Load { get; init; }

    /// <summary>Whether the result is pushed.</summary>
    public bool Push { get; init; }

    /// <summary>Whether base images are looked up in their registries.</summary>
    public bool Pull { get; init; }

    /// <summary>Whether what is put upon the base image is one layer.</summary>
    public bool IsSquashed { get; init; }

    /// <summary>Whether nothing is taken from the cache.</summary>
    public bool NoCache { get; init; }

    /// <summary>Stages for which nothing is taken from the cache.</summary>
    public IReadOnlyList<string> NoCacheFilter { get; init; } = [];

    /// <summary>Caches that are used.</summary>
    public IReadOnlyList<CacheLocation> CacheFrom { get; init; } = [];

    /// <summary>Caches that are written.</summary>
    public IReadOnlyList<CacheLocation> CacheTo { get; init; } = [];

    /// <summary>Secrets.</summary>
    public IReadOnlyList<SecretSource> Secrets { get; init; } = [];

    /// <summary>Agents of ssh.</summary>
    public IReadOnlyList<AgentSource> Agents { get; init; } = [];

    /// <summary>What steps may do beyond what all may.</summary>
    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary>The network of steps: empty or <c>default</c>, <c>host</c> or <c>none</c>.</summary>
    public string Network { get; init; } = "";

    /// <summary>Whether it tells why steps run.</summary>
    public bool IsExplained { get; init; }

    /// <summary>Lines of the steps' hosts file, as <c>name=address</c>.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    /// <summary>Limits of steps, as <c>name=soft:hard</c>.</summary>
    public IReadOnlyList<string> Ulimits { get; init; } = [];

    /// <summary>Bytes of the steps' shared memory; 0 for the usual.</summary>
    public long ShmSize { get; init; }

    /// <summary>The steps' parent cgroup; empty for the usual.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>What the frontend is asked instead of a build.</summary>
    public CallOption Call { get; init; } = new("", "", false);
}
