using System.Net;

namespace Quai.Networks;

/// <summary>
/// Networks and the endpoints of containers on them: the contract with the engine.
/// A container's sandbox is the network namespace its first process is cloned into; what must happen inside and around it
/// is handed out as ready-made netlink messages (<see cref="SandboxSetup"/>), which the container's start executes itself.
/// So no process is spawned, no thread enters a namespace on the hot path, and when the namespace dies its veth pair dies with it.
/// Every lease, port and firewall element is recorded before it is made.
/// </summary>
public interface INetworkService
{
    /// <summary>All networks, the predefined <c>bridge</c>, <c>host</c> and <c>none</c> among them.</summary>
    IReadOnlyList<Network> List();

    /// <summary>Finds a network by name, id or unambiguous id prefix.</summary>
    /// <exception cref="Quai.Errors.QuaiException">Not found, worded <c>network X not found</c>.</exception>
    Network Resolve(string nameOrId);

    /// <summary>Run once at start: makes or adopts the default bridge, its addresses, forwarding and the nftables table; gives back leases, ports and elements of containers that are not in <paramref name="running"/>; publishes again those that are.</summary>
    Task RecoverAsync(IReadOnlySet<string> running, CancellationToken cancellation);

    /// <summary>Leases an address and the host ports for a container about to start, records them, and makes the messages that connect it. Nothing is made in the kernel except the bound sockets that reserve the host ports.</summary>
    /// <exception cref="Quai.Errors.QuaiException">
    /// No address is free, or a port is taken. Held by another container: <c>Bind for 0.0.0.0:80 failed: port is already allocated</c>;
    /// by another program: <c>failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use</c>.
    /// The caller puts <c>driver failed programming external connectivity on endpoint NAME (ID): </c> before either (<see cref="PortUnavailableException"/>).
    /// The network has driver <c>host</c> or <c>null</c>: those have no endpoints.
    /// </exception>
    Task<Endpoint> ConnectAsync(EndpointRequest request, CancellationToken cancellation);

    /// <summary>Puts the endpoint's published ports into the firewall, all in one transaction. May run while the container is being started.</summary>
    Task PublishAsync(Endpoint endpoint, CancellationToken cancellation);

    /// <summary>Gives back all that a container holds: leases and port sockets at once; firewall elements are deleted in the background, in batches, and never outlive <see cref="FlushAsync"/>. Idempotent.</summary>
    Task ReleaseAsync(string containerId, CancellationToken cancellation);

    /// <summary>Waits until no deletion is outstanding.</summary>
    Task FlushAsync(CancellationToken cancellation);

    /// <summary>The endpoints a container holds now; after <see cref="RecoverAsync"/> those of running containers are here again.</summary>
    IReadOnlyList<Endpoint> EndpointsOf(string containerId);

    /// <summary>The endpoints on a network now.</summary>
    IReadOnlyList<Endpoint> EndpointsOn(string networkId);

    /// <summary>Takes away what this daemon made in the kernel: its nftables table, and its bridge if it made it. Only for when no container runs; <see cref="RecoverAsync"/> makes all of it again.</summary>
    Task DestroyAsync(CancellationToken cancellation);

    /// <summary>The text of <c>/etc/hosts</c> for a container (endpoint null: network none; host's own file for host mode is the engine's business).</summary>
    string HostsFile(string hostname, string? domainname, IReadOnlyList<Endpoint> endpoints, IReadOnlyList<string> extraHosts);

    /// <summary>The text of <c>/etc/resolv.conf</c>: the host's, without loopback name servers (Docker's fallback when none is left), with the container's own servers, search domains and options in their place where given.</summary>
    string ResolvConf(IReadOnlyList<string> servers, IReadOnlyList<string> search, IReadOnlyList<string> options, bool hostNetwork);
}

/// <summary>A network as it is kept.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="Name">Its name.</param>
/// <param name="Driver"><c>bridge</c>, <c>host</c> or <c>null</c>.</param>
/// <param name="Subnet">IPv4 subnet in CIDR form; null for host and none.</param>
/// <param name="Gateway">The bridge's own address; null for host and none.</param>
/// <param name="BridgeName">The bridge's interface name; null for host and none.</param>
/// <param name="Mtu">Bytes; 0 for the kernel's default.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Options">Driver options as inspect shows them.</param>
public sealed record Network(string Id, string Name, string Driver, string? Subnet, IPAddress? Gateway, string? BridgeName, int Mtu, DateTimeOffset Created, IReadOnlyDictionary<string, string> Options);

/// <summary>A host port to publish. <paramref name="HostPort"/> 0 asks for a free one; <paramref name="HostPortEnd"/> is the end of a range to pick from, or equal to it.</summary>
public sealed record PortRequest(ushort ContainerPort, string Protocol, IPAddress HostAddress, ushort HostPort, ushort HostPortEnd);

/// <summary>A published port.</summary>
public sealed record PublishedPort(ushort ContainerPort, string Protocol, IPAddress HostAddress, ushort HostPort);

/// <summary>What a container wants of one network.</summary>
public sealed record EndpointRequest(string ContainerId, string NetworkId, string? MacAddress, IPAddress? Address, IReadOnlyList<PortRequest> Ports);

/// <summary>A container's place on one network.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="ContainerId">Whose it is.</param>
/// <param name="Network">On which network.</param>
/// <param name="Address">The leased IPv4 address.</param>
/// <param name="PrefixLength">Of the subnet.</param>
/// <param name="Gateway">The default route's next hop.</param>
/// <param name="MacAddress">In colon form.</param>
/// <param name="HostInterface">The host end of the veth pair.</param>
/// <param name="Ports">Published ports with their host ports chosen.</param>
/// <param name="Setup">The messages that connect a new network namespace.</param>
public sealed record Endpoint(string Id, string ContainerId, Network Network, IPAddress Address, int PrefixLength, IPAddress Gateway, string MacAddress, string HostInterface, IReadOnlyList<PublishedPort> Ports, SandboxSetup Setup);
