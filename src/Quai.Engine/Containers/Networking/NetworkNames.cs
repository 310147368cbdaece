using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Errors;
using Quai.Networks;

namespace Quai.Engine.Containers.Networking;

/// <summary>A network can be given by name, by id or id prefix, and the default one also as "default". A request's are resolved on arrival, so that nothing later compares one form with another.</summary>
internal static class NetworkNames
{
    /// <summary>Replaces whatever the request says with the name.</summary>
    /// <exception cref="QuaiException">Kind Forbidden: the host's network was given by id, as in Docker.</exception>
    public static void Resolve(HostConfig host, NetworkingConfig? networking, IReadOnlyList<Network> networks)
    {
        string asked = host.NetworkMode;
        if (!new NetworkMode(asked).IsContainer)
        {
            host.NetworkMode = NameOf(asked, networks);
        }

        if (new NetworkMode(host.NetworkMode).IsHost && asked != host.NetworkMode)
        {
            throw new QuaiException(ErrorKind.Forbidden, "cannot connect container to host network - container must be created in host network mode");
        }

        if (networking?.EndpointsConfig is { Count: > 0 } given)
        {
            Dictionary<string, EndpointSettings?> named = [];
            foreach ((string key, EndpointSettings? settings) in given)
            {
                named[NameOf(key, networks)] = settings;
            }

            networking.EndpointsConfig = named!;
        }
    }

    private static string NameOf(string reference, IReadOnlyList<Network> networks)
    {
        if (reference is "" or "default")
        {
            return "bridge";
        }

        if (networks.Any(n => n.Name == reference))
        {
            return reference;
        }

        Network[] found = [.. networks.Where(n => n.Id.StartsWith(reference, StringComparison.Ordinal))];
        return found is [var one] ? one.Name : reference;
    }
}
