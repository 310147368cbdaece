using Quai.Compose.Model.Limits;
using Quai.Compose.Model.Services;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Building;

/// <summary>How a service's image is built.</summary>
public sealed record ServiceBuild
{
    /// <summary>The context: a folder or an address.</summary>
    public string Context { get; init; } = "";

    /// <summary>The Dockerfile, in the context.</summary>
    public string Dockerfile { get; init; } = "";

    /// <summary>The Dockerfile's text.</summary>
    public string DockerfileInline { get; init; } = "";

    /// <summary>Privileges that the build is given.</summary>
    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary>Build arguments; a null value is a variable that is not set outside.</summary>
    public IReadOnlyDictionary<string, string?> Arguments { get; init; } = Nothing.NullableTexts;

    /// <summary>How provenance is attested.</summary>
    public string Provenance { get; init; } = "";

    /// <summary>How contents are attested.</summary>
    public string Sbom { get; init; } = "";

    /// <summary>Agents and keys.</summary>
    public IReadOnlyDictionary<string, string> Ssh { get; init; } = Nothing.Texts;

    /// <summary>The image's labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Nothing.Texts;

    /// <summary>Where caches are read from.</summary>
    public IReadOnlyList<string> CacheFrom { get; init; } = [];

    /// <summary>Where caches are written to.</summary>
    public IReadOnlyList<string> CacheTo { get; init; } = [];

    /// <summary>Whether caches are ignored.</summary>
    public bool NoCache { get; init; }

    /// <summary>Stages whose caches are ignored.</summary>
    public IReadOnlyList<string> NoCacheFilter { get; init; } = [];

    /// <summary>Further contexts by name.</summary>
    public IReadOnlyDictionary<string, string> AdditionalContexts { get; init; } = Nothing.Texts;

    /// <summary>Whether base images are pulled.</summary>
    public bool Pull { get; init; }

    /// <summary>Addresses by host name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ExtraHosts { get; init; } = Nothing.Lists;

    /// <summary>The isolation, on Windows.</summary>
    public string Isolation { get; init; } = "";

    /// <summary>The network mode of its steps.</summary>
    public string Network { get; init; } = "";

    /// <summary>The stage.</summary>
    public string Target { get; init; } = "";

    /// <summary>Secrets that the build sees.</summary>
    public IReadOnlyList<ServiceFile> Secrets { get; init; } = [];

    /// <summary>The size of <c>/dev/shm</c> in bytes.</summary>
    public long SharedMemorySize { get; init; }

    /// <summary>Further names of the image.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Limits of its processes, by name.</summary>
    public IReadOnlyDictionary<string, Ulimit?> Ulimits { get; init; } = new Dictionary<string, Ulimit?>();

    /// <summary>The platforms.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>Whether its steps are privileged.</summary>
    public bool Privileged { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceBuild Read(ComposeMapping node) => new()
    {
        Context = node.Text("context"),
        Dockerfile = node.Text("dockerfile"),
        DockerfileInline = node.Text("dockerfile_inline"),
        Entitlements = node.Texts("entitlements"),
        Arguments = node.NullableTextMap("args"),
        Provenance = node.Text("provenance"),
        Sbom = node.Text("sbom"),
        Ssh = node.TextMap("ssh"),
        Labels = node.TextMap("labels"),
        CacheFrom = node.Texts("cache_from"),
        CacheTo = node.Texts("cache_to"),
        NoCache = node.Flag("no_cache"),
        NoCacheFilter = node.Texts("no_cache_filter"),
        AdditionalContexts = node.TextMap("additional_contexts"),
        Pull = node.Flag("pull"),
        ExtraHosts = node.Hosts("extra_hosts"),
        Isolation = node.Text("isolation"),
        Network = node.Text("network"),
        Target = node.Text("target"),
        Secrets = node.Many("secrets", ServiceFile.Read),
        SharedMemorySize = node.Bytes("shm_size"),
        Tags = node.Texts("tags"),
        Ulimits = node.Named("ulimits", Ulimit.Read),
        Platforms = node.Texts("platforms"),
        Privileged = node.Flag("privileged"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("context", Context)
        .Text("dockerfile", Dockerfile)
        .Text("dockerfile_inline", DockerfileInline)
        .Texts("entitlements", Entitlements)
        .NullableTextMap("args", Arguments)
        .Text("provenance", Provenance)
        .Text("sbom", Sbom)
        .SshKeys("ssh", Ssh)
        .TextMap("labels", Labels)
        .Texts("cache_from", CacheFrom)
        .Texts("cache_to", CacheTo)
        .Flag("no_cache", NoCache)
        .Texts("no_cache_filter", NoCacheFilter)
        .TextMap("additional_contexts", AdditionalContexts)
        .Flag("pull", Pull)
        .Hosts("extra_hosts", ExtraHosts)
        .Text("isolation", Isolation)
        .Text("network", Network)
        .Text("target", Target)
        .Many("secrets", Secrets, one => one.Write(json))
        .Bytes("shm_size", SharedMemorySize)
        .Texts("tags", Tags)
        .Named("ulimits", Ulimits, one => one.Write(json))
        .Texts("platforms", Platforms)
        .Flag("privileged", Privileged)
        .Extensions(Extensions)
        .Done();
}
