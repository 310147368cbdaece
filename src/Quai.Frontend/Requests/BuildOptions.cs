using Quai.BuildProtocol.Llb;
using OciPlatform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Requests;

/// <summary>What a build is asked for, read from a request's attributes.</summary>
internal sealed record BuildOptions
{
    /// <summary>The Dockerfile's path.</summary>
    public string FileName { get; init; } = "Dockerfile";

    /// <summary>The stage; empty for the last.</summary>
    public string Target { get; init; } = "";

    /// <summary>The platforms that were asked for; none for the machine's own.</summary>
    public IReadOnlyList<OciPlatform> Platforms { get; init; } = [];

    /// <summary>Whether the result has a key for each platform.</summary>
    public bool IsMultiPlatform { get; init; }

    /// <summary>Values of arguments.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels of the image.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The stages that are built without the cache; empty for all; null for none.</summary>
    public IReadOnlyList<string>? WithoutCache { get; init; }

    /// <summary>Names of hosts with their addresses.</summary>
    public IReadOnlyList<HostIP> Hosts { get; init; } = [];

    /// <summary>The network of what runs.</summary>
    public NetMode Network { get; init; }

    /// <summary>The engine's network that programs are connected to where <see cref="Network"/> is unset; empty for the usual one.</summary>
    public string UserNetwork { get; init; } = "";

    /// <summary>The limits of what runs.</summary>
    public IReadOnlyList<Ulimit> Limits { get; init; } = [];

    /// <summary>The size of <c>/dev/shm</c>, in bytes; 0 for the usual.</summary>
    public long SharedMemory { get; init; }

    /// <summary>The cgroup that those of what runs are made in; empty for the usual.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>The host name of what runs; empty for the usual.</summary>
    public string HostName { get; init; } = "";

    /// <summary>Where to look for images: <c>local</c>, <c>pull</c>, <c>default</c>, or empty.</summary>
    public string ResolveMode { get; init; } = "";

    /// <summary>What comes before the ids of caches.</summary>
    public string CacheNamespace { get; init; } = "";

    /// <summary>How the file is checked, if the request says so; null where it does not.</summary>
    public string? Check { get; init; }

    /// <summary>When all of the image was made; null for now.</summary>
    public DateTimeOffset? Epoch { get; init; }

    /// <summary>The proxies of what runs, which no cache knows of; null for none.</summary>
    public ProxyEnv? Proxy { get; init; }

    /// <summary>Whether the packages of the result are told, so that arguments may name stages that are looked through, too.</summary>
    public bool TellsPackages { get; init; }

    /// <summary>Whether a stage is built without the cache.</summary>
    public bool IsWithoutCache(string stage) => WithoutCache is { } stages && (stages.Count == 0 || stages.Contains(stage, StringComparer.OrdinalIgnoreCase));
}
