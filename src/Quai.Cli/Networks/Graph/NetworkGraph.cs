using System.Net;
using Quai.Api.Containers;
using Quai.Api.Networks;

namespace Quai.Cli.Networks.Graph;

/// <summary>Who reaches whom: networks, the containers that run on them, and published ports.</summary>
/// <param name="Networks">Networks that somebody is on, by name.</param>
/// <param name="Ports">Published ports, by where they are published.</param>
internal sealed record NetworkGraph(IReadOnlyList<GraphNetwork> Networks, IReadOnlyList<GraphPort> Ports)
{
    /// <summary>The egress policy that lets nothing out.</summary>
    public const string DenyAll = "deny any";

    private const string Egress = "quai.egress";

    private const string InterContainer = "com.docker.network.bridge.enable_icc", MacvlanMode = "macvlan_mode", IpvlanFlag = "ipvlan_flag", Mode = "com.docker.network.bridge.gateway_mode_ipv4";

    /// <summary>Makes it of what the API lists.</summary>
    /// <param name="networks">All networks.</param>
    /// <param name="containers">Containers that run.</param>
    /// <param name="only">Names of the networks that are asked about; none for all.</param>
    public static NetworkGraph Of(IEnumerable<NetworkInspect> networks, IReadOnlyList<ContainerSummary> containers, IReadOnlyList<string> only)
    {
        GraphNetwork[] shown =
        [
            .. networks.Where(n => only.Count == 0 || only.Contains(n.Name)).OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => NetworkOf(n, containers)).Where(n => n.Members.Count > 0 || only.Count > 0),
        ];
        HashSet<string> members = [.. shown.SelectMany(n => n.Members).Select(m => m.Container)];
        GraphPort[] ports =
        [
            .. containers.Where(c => members.Contains(NameOf(c)))
                .SelectMany(c => c.Ports.Where(p => p.IP is not null).Select(p => new GraphPort(NameOf(c), p.IP!, p.PublicPort ?? 0, p.PrivatePort, p.Type)))
                .OrderBy(p => p.HostPort).ThenBy(p => p.Protocol, StringComparer.Ordinal).ThenBy(p => p.Address, StringComparer.Ordinal),
        ];
        return new NetworkGraph(shown, ports);
    }

    private static GraphNetwork NetworkOf(NetworkInspect network, IReadOnlyList<ContainerSummary> containers)
    {
        bool isolated = network.Options.GetValueOrDefault(InterContainer) == "false" || network.Options.GetValueOrDefault(MacvlanMode) == "private"
            || network.Options.GetValueOrDefault(IpvlanFlag) == "private" || network.Driver is "host" or "null";
        return new GraphNetwork(
            network.Name,
            network.Driver,
            [.. (network.IPAM.Config ?? []).Select(c => c.Subnet).OfType<string>().Where(s => s.Length > 0)],
            LeadsOutside: !network.Internal && network.Driver != "null",
            ReachEachOther: !isolated,
            network.Options.GetValueOrDefault(Mode) ?? "nat",
            [
                .. containers.Select(c => (Name: NameOf(c), Endpoint: c.NetworkSettings.Networks.GetValueOrDefault(network.Name))).Where(c => c.Endpoint is not null).OrderBy(c => c.Name, StringComparer.Ordinal)
                    .Select(c => new GraphMember(c.Name, [.. ((string[])[c.Endpoint!.IPAddress, c.Endpoint.GlobalIPv6Address]).Where(a => a.Length > 0)])
                    {
                        Egress = c.Endpoint.DriverOpts?.GetValueOrDefault(Egress, "") ?? "",
                    }),
            ])
        {
            Egress = network.Options.GetValueOrDefault(Egress, ""),
        };
    }

    private static string NameOf(ContainerSummary container) =>
        container.Names.Select(n => n.TrimStart('/')).FirstOrDefault(n => !n.Contains('/', StringComparison.Ordinal)) ?? container.Id[..12];
}

/// <summary>A network of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its driver.</param>
/// <param name="Subnets">Its subnets.</param>
/// <param name="LeadsOutside">Whether its containers reach what is outside of it.</param>
/// <param name="ReachEachOther">Whether they reach each other, on all ports.</param>
/// <param name="Mode">How they are reached: the bridge driver's gateway mode.</param>
/// <param name="Members">Who is on it.</param>
internal sealed record GraphNetwork(string Name, string Driver, IReadOnlyList<string> Subnets, bool LeadsOutside, bool ReachEachOther, string Mode, IReadOnlyList<GraphMember> Members)
{
    /// <summary>The policy of what its containers may reach outside; empty for everything.</summary>
    public string Egress { get; init; } = "";
}

/// <summary>A container on a network.</summary>
/// <param name="Container">Its name.</param>
/// <param name="Addresses">Its addresses there.</param>
internal sealed record GraphMember(string Container, IReadOnlyList<string> Addresses)
{
    /// <summary>A policy of its own, which is asked before the network's; empty for none.</summary>
    public string Egress { get; init; } = "";
}

/// <summary>A published port.</summary>
/// <param name="Container">The container's name.</param>
/// <param name="Address">The host's address.</param>
/// <param name="HostPort">The host's port; 0 where it is open at the container's own address.</param>
/// <param name="ContainerPort">The container's port.</param>
/// <param name="Protocol">Its protocol.</param>
internal sealed record GraphPort(string Container, string Address, ushort HostPort, ushort ContainerPort, string Protocol)
{
    /// <summary>Whether the host alone reaches it.</summary>
    public bool IsLocal => IPAddress.TryParse(Address, out IPAddress? address) && IPAddress.IsLoopback(address);

    /// <summary>Where it is published: <c>0.0.0.0:8080/tcp</c>.</summary>
    public string Place => HostPort == 0 ? "its own addresses" : IPAddress.TryParse(Address, out IPAddress? address) ? $"{new IPEndPoint(address, HostPort)}/{Protocol}" : $"{Address}:{HostPort}/{Protocol}";
}
