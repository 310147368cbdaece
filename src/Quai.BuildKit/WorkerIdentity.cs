using Quai.Build.Caching;
using Quai.Cdi;
using Quai.Oci.Images;

namespace Quai.BuildKit;

/// <summary>What clients are told of the builder.</summary>
/// <param name="Id">Its id, which stays the same.</param>
/// <param name="Version">The engine's version.</param>
/// <param name="FindPlatforms">Finds the platforms that can be built for at present, the machine's own first.</param>
public sealed record WorkerIdentity(string Id, string Version, Func<IReadOnlyList<Platform>> FindPlatforms)
{
    /// <summary>The platforms that can be built for at present, the machine's own first.</summary>
    public IReadOnlyList<Platform> Platforms => FindPlatforms();

    /// <summary>The address by which builds reach this machine as <c>host-gateway</c>; null where it is not known.</summary>
    public string? HostGateway { get; init; }

    /// <summary>Where the devices are described that steps may ask for.</summary>
    public DeviceCatalog Devices { get; init; } = new([]);

    /// <summary>The rules by which the cache is cut back.</summary>
    public IReadOnlyList<CachePruneOptions> Policies { get; init; } = [];
}
