using Quai.Api.Containers;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Errors;

namespace Quai.Engine.Containers.Networking;

/// <summary>A change of what a container publishes: see <see cref="ContainerUpdateRequest.PublishPorts"/>.</summary>
/// <param name="Publish">What is to be published beside what is.</param>
/// <param name="Withdraw">What is not to be any more; without hosts, wherever it is published.</param>
internal sealed record PortsUpdate(IReadOnlyList<PortPublication> Publish, IReadOnlyList<PortPublication> Withdraw)
{
    /// <summary>Whether there is a change.</summary>
    public bool IsEmpty => Publish.Count + Withdraw.Count == 0;

    /// <summary>Reads a request's.</summary>
    /// <exception cref="QuaiException">A port is malformed.</exception>
    public static PortsUpdate Read(ContainerUpdateRequest request) => new(PublicationsOf(request.PublishPorts), PublicationsOf(request.WithdrawPorts));

    /// <summary>What a container's specification of its network becomes.</summary>
    /// <param name="network">What it is.</param>
    /// <param name="id">The container's id, for errors.</param>
    /// <exception cref="QuaiException">The container publishes no ports of its own, or not the one that is to be withdrawn.</exception>
    public NetworkSpec Apply(NetworkSpec network, string id)
    {
        if (IsEmpty)
        {
            return network;
        }

        if (network.Disabled == true || network.Mode.Network is null)
        {
            throw QuaiException.Invalid($"Cannot update container {id}: it has no network of its own, so it has no ports to publish");
        }

        List<PortPublication> published = [.. network.Published];
        foreach (PortPublication gone in Withdraw)
        {
            int at = published.FindIndex(p => p.Ports == gone.Ports);
            if (at < 0)
            {
                throw QuaiException.Invalid($"Cannot update container {id}: its port {gone.Ports} is not published by itself");
            }

            PortPublication before = published[at];
            List<HostPorts> left = [.. (before.Hosts ?? []).Where(h => !Covers(gone, h))];
            if (gone.Hosts is { Count: > 0 } && left.Count == (before.Hosts?.Count ?? 0))
            {
                throw QuaiException.Invalid($"Cannot update container {id}: its port {gone.Ports} is not published on {string.Join(", ", gone.Hosts.Select(h => h.Address.Length > 0 ? $"{h.Address}:{h.Written}" : h.Written))}");
            }

            published.RemoveAt(at);
            if (left.Count > 0)
            {
                published.Insert(at, before with { Hosts = left });
            }
        }

        foreach (PortPublication added in Publish)
        {
            int at = published.FindIndex(p => p.Ports == added.Ports);
            if (at < 0)
            {
                published.Add(added);
            }
            else
            {
                published[at] = published[at] with { Hosts = [.. published[at].Hosts is { Count: > 0 } hosts ? hosts : [HostPorts.Any], .. added.Hosts is { Count: > 0 } more ? more : [HostPorts.Any]] };
            }
        }

        return network with { Published = published };
    }

    /// <summary>Whether a port of a container, published on a host's address and port, is one that is withdrawn.</summary>
    /// <param name="port">The container's port.</param>
    /// <param name="protocol">Its protocol.</param>
    /// <param name="address">Where it is published.</param>
    /// <param name="hostPort">And on which port.</param>
    public bool Withdraws(ushort port, string protocol, System.Net.IPAddress address, ushort hostPort) => Withdraw.Any(w =>
        w.Ports.Protocol == protocol && w.Ports.Start <= port && port <= w.Ports.End
        && (w.Hosts is not { Count: > 0 } hosts || hosts.Any(h => (h.Listen() is not { } wanted || wanted.Equals(address)) && (h.Start == 0 || (h.Start <= hostPort && hostPort <= h.End)))));

    private static bool Covers(PortPublication gone, HostPorts host) =>
        gone.Hosts is not { Count: > 0 } hosts || hosts.Any(h => (h.Address.Length == 0 || h.Address == host.Address) && (h.Start == 0 || (h.Start == host.Start && h.End == host.End)));

    private static PortPublication[] PublicationsOf(Dictionary<string, List<PortBinding>?>? ports) =>
        [.. (ports ?? []).Select(p => PortPublication.Parse(p.Key, p.Value is { } bindings ? [.. bindings.Select(b => HostPorts.Parse(b.HostIp, b.HostPort))] : null))];
}
