using Quai.Oci.Images;

namespace Quai.BuildKit;

/// <summary>What clients are told of the builder.</summary>
/// <param name="Id">Its id, which stays the same.</param>
/// <param name="Version">The engine's version.</param>
/// <param name="Platforms">The platforms that can be built for, the machine's own first.</param>
public sealed record WorkerIdentity(string Id, string Version, IReadOnlyList<Platform> Platforms)
{
    /// <summary>The address by which builds reach this machine as <c>host-gateway</c>; null where it is not known.</summary>
    public string? HostGateway { get; init; }
}
