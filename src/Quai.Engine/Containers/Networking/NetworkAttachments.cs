using System.Collections.Immutable;
using Quai.Api.Containers;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Networking;

/// <summary>Which networks a container is on: those that a request names, otherwise the one of its mode.</summary>
internal static class NetworkAttachments
{
    /// <summary>
    /// Reads a request, whose networks have been resolved to names (<see cref="NetworkNames"/>). As in Docker, if it names networks, the container is on those only;
    /// one that shares another container's network is on none of its own.
    /// </summary>
    public static ImmutableArray<NetworkAttachment> Of(NetworkMode mode, NetworkingConfig? networking)
    {
        if (mode.IsContainer)
        {
            return [];
        }

        return networking?.EndpointsConfig is { Count: > 0 } given
            ? [.. given.Select(g => NetworkAttachment.Of(NameOf(g.Key), g.Value)).DistinctBy(a => a.Network)]
            : [new NetworkAttachment(NameOf(mode.Text))];
    }

    private static string NameOf(string network) => new NetworkMode(network).Network ?? network;
}
