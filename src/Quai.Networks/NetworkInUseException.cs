using Quai.Errors;

namespace Quai.Networks;

/// <summary>A network cannot be removed, as containers are on it.</summary>
/// <param name="network">The network.</param>
/// <param name="endpoints">Who is on it.</param>
public sealed class NetworkInUseException(Network network, IReadOnlyList<Endpoint> endpoints)
    : QuaiException(ErrorKind.Forbidden, $"error while removing network: network {network.Name} has active endpoints")
{
    /// <summary>The network.</summary>
    public Network Network { get; } = network;

    /// <summary>The endpoints on it.</summary>
    public IReadOnlyList<Endpoint> Endpoints { get; } = endpoints;
}
