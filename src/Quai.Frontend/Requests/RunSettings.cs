using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Requests;

/// <summary>Settings of a build that hold for each of its RUNs.</summary>
internal sealed record RunSettings
{
    /// <summary>More names and addresses of hosts.</summary>
    public IReadOnlyList<HostIP> Hosts { get; init; } = [];

    /// <summary>Limits.</summary>
    public IReadOnlyList<Ulimit> Limits { get; init; } = [];

    /// <summary>The network where a RUN names none.</summary>
    public NetMode Network { get; init; } = NetMode.Unset;

    /// <summary>The size of <c>/dev/shm</c>; 0 for the default.</summary>
    public long SharedMemory { get; init; }

    /// <summary>The control group above; empty for the default.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>The host's name; empty for the default.</summary>
    public string HostName { get; init; } = "";

    /// <summary>The proxies; null for none.</summary>
    public ProxyEnv? Proxy { get; init; }

    /// <summary>What ids of caches have before them; empty for nothing.</summary>
    public string CacheSpace { get; init; } = "";
}
