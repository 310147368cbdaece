using System.Net;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Networks.Ports;

namespace Quai.Engine.Containers.Networking;

/// <summary>The ports that a container asks its network to publish.</summary>
internal static class PublishedPorts
{
    /// <summary>The ports that it exposes, published or not.</summary>
    public static List<(ushort Port, string Protocol)> Exposed(NetworkSpec network) =>
        [.. (network.Exposed ?? []).Concat(network.Published.Select(p => p.Ports)).SelectMany(r => Enumerable.Range(r.Start, r.End - r.Start + 1).Select(p => ((ushort)p, r.Protocol))).Distinct()];

    /// <summary>Those that it names, and with <c>-P</c> every exposed port not named.</summary>
    public static List<PortRequest> Of(NetworkSpec network)
    {
        List<PortRequest> requests = [];
        HashSet<(ushort Port, string Protocol)> bound = [];
        foreach (PortPublication publication in network.Published)
        {
            PortRange ports = publication.Ports;
            foreach (HostPorts host in publication.Hosts is { Count: > 0 } hosts ? hosts : [HostPorts.Any])
            {
                IPAddress? address = host.Listen();
                for (int port = ports.Start; port <= ports.End; port++)
                {
                    requests.Add(new PortRequest((ushort)port, ports.Protocol, address, host.Start, host.End));
                    bound.Add(((ushort)port, ports.Protocol));
                }
            }
        }

        if (network.PublishAll)
        {
            foreach (PortRange exposed in network.Exposed ?? [])
            {
                for (int port = exposed.Start; port <= exposed.End; port++)
                {
                    if (bound.Add(((ushort)port, exposed.Protocol)))
                    {
                        requests.Add(new PortRequest((ushort)port, exposed.Protocol, null, 0, 0));
                    }
                }
            }
        }

        return requests;
    }
}
