using System.Net;
using Microsoft.Data.Sqlite;
using Quai.Networks.Dns;

namespace Quai.Networks;

/// <summary>
/// Networks and the endpoints of containers on them: the contract with the engine.
/// A container's sandbox is the network namespace its first process is cloned into; what must happen inside and around it
/// is handed out as ready-made netlink messages (<see cref="Sandboxes.SandboxSetup"/>), which the container's start executes itself.
/// So no process is spawned, no thread enters a namespace on the hot path, and when the namespace dies its interfaces die with it.
/// Every network, lease, port and firewall element is recorded before it is made.
/// </summary>
public interface INetworkService
{
    /// <summary>Raised when an endpoint must not use its address any longer, because whoever lent it does not any more. Whoever runs the container disconnects it.</summary>
    event Action<Endpoint>? AddressLost;

    /// <summary>All networks, the predefined <c>bridge</c>, <c>host</c> and <c>none</c> among them.</summary>
    IReadOnlyList<Network> List();

    /// <summary>Finds a network by name, id or unambiguous id prefix.</summary>
    /// <exception cref="Quai.Errors.QuaiException">Not found, worded <c>network X not found</c>.</exception>
    Network Resolve(string nameOrId);

    /// <summary>Run once at start: makes or adopts the networks, their addresses, forwarding and the nftables table; gives back leases, ports and elements of containers that are not in <paramref name="running"/>; publishes again those that are.</summary>
    Task RecoverAsync(IReadOnlySet<string> running, CancellationToken cancellation);

    /// <summary>Makes a network.</summary>
    /// <exception cref="Quai.Errors.QuaiException">Its name is taken, its driver unknown, its subnet malformed, no subnet is free, or one is in use (<c>Pool overlaps with other one on this address space</c>). Nothing is left of the attempt.</exception>
    Task<Network> CreateAsync(NetworkRequest request, CancellationToken cancellation);

    /// <summary>Whether a network, by its whole id, has endpoints.</summary>
    bool IsUsed(string networkId);

    /// <summary>Removes a network.</summary>
    /// <param name="networkId">Its whole id.</param>
    /// <param name="cancellation">Gives up before anything is removed.</param>
    /// <exception cref="Quai.Errors.QuaiException">It is predefined, or has endpoints.</exception>
    Task RemoveAsync(string networkId, CancellationToken cancellation);

    /// <summary>
    /// Leases addresses and the host ports for a container's endpoint, records them, and makes the messages that connect it. Nothing is made in the kernel
    /// except the bound sockets that reserve the host ports.
    /// </summary>
    /// <exception cref="Quai.Errors.QuaiException">
    /// No address is free, or a port is taken. Held by another container: <c>Bind for 0.0.0.0:80 failed: port is already allocated</c>;
    /// by another program: <c>failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use</c>.
    /// The caller puts <c>driver failed programming external connectivity on endpoint NAME (ID): </c> before either (<see cref="Ports.PortUnavailableException"/>).
    /// The network has driver <c>host</c> or <c>null</c>: those have no endpoints. The container has an endpoint on it already.
    /// </exception>
    Task<Endpoint> ConnectAsync(EndpointRequest request, CancellationToken cancellation);

    /// <summary>Puts the endpoint's published ports into the firewall, all in one transaction. May run while the container is being started.</summary>
    Task PublishAsync(Endpoint endpoint, CancellationToken cancellation);

    /// <summary>Publishes further ports of an endpoint in use, and withdraws others. What stays published is not interrupted; nor are connections that there are.</summary>
    /// <param name="endpoint">The endpoint, as it is now.</param>
    /// <param name="publish">What is to be published beside what is.</param>
    /// <param name="withdraw">What of that which is published is not to be any more.</param>
    /// <param name="cancellation">Gives up before anything is reserved.</param>
    /// <returns>The endpoint with its new ports.</returns>
    /// <exception cref="Ports.PortUnavailableException">A port cannot be had; nothing has changed.</exception>
    Task<Endpoint> RepublishAsync(Endpoint endpoint, IReadOnlyList<Ports.PortRequest> publish, IReadOnlyList<Ports.PublishedPort> withdraw, CancellationToken cancellation);

    /// <summary>
    /// Has what is published of one endpoint lead to another, which takes its place. At no time does a port lead nowhere, and connections that there are stay with the first;
    /// what is sent by UDP goes to the other at once. What nobody took over is withdrawn.
    /// </summary>
    /// <param name="former">The endpoint that publishes, as it is now.</param>
    /// <param name="to">The one that takes over, as it is now.</param>
    /// <param name="publish">What is to be published of it; ports that the first has are taken over.</param>
    /// <param name="record">What else is recorded in the same transaction.</param>
    /// <param name="cancellation">Gives up before anything is reserved.</param>
    /// <returns>Both, as they are then.</returns>
    /// <exception cref="Ports.PortUnavailableException">A port cannot be had; nothing has changed.</exception>
    Task<(Endpoint From, Endpoint To)> MovePortsAsync(Endpoint former, Endpoint to, IReadOnlyList<Ports.PortRequest> publish, Action<SqliteConnection> record, CancellationToken cancellation);

    /// <summary>Takes an endpoint out of the kernel and gives back what it holds. What its container's sandbox is like afterwards is told by <see cref="Sandboxes.SandboxSetup.Left"/>. Idempotent.</summary>
    Task DisconnectAsync(Endpoint endpoint, CancellationToken cancellation);

    /// <summary>Gives back all that a container holds whose sandbox is gone: leases and port sockets at once; firewall elements are deleted in the background, in batches, and never outlive <see cref="FlushAsync"/>. Idempotent.</summary>
    Task ReleaseAsync(string containerId, CancellationToken cancellation);

    /// <summary>Says by which names the endpoints of a container go, for those on networks where containers know each other by name (<see cref="Network.HasNames"/>).</summary>
    /// <param name="containerId">The container.</param>
    /// <param name="namesOn">Its names on a network, the container's own first.</param>
    /// <param name="linksOn">By aliases that it alone knows, others' names on a network; null for none.</param>
    void SetNames(string containerId, Func<Network, IReadOnlyList<string>> namesOn, Func<Network, IReadOnlyDictionary<string, string>?> linksOn);

    /// <summary>Serves DNS for a container, until it is released.</summary>
    /// <param name="containerId">The container.</param>
    /// <param name="sockets">Its sockets, from now on the service's.</param>
    /// <param name="settings">What is given for it; where that names no servers, those that come with the container's leased addresses are asked before the host's.</param>
    void ServeNames(string containerId, ResolverSockets sockets, ResolverSettings settings);

    /// <summary>Waits until no deletion is outstanding.</summary>
    Task FlushAsync(CancellationToken cancellation);

    /// <summary>The endpoints a container holds now, in the order in which it got them; after <see cref="RecoverAsync"/> those of running containers are here again.</summary>
    IReadOnlyList<Endpoint> EndpointsOf(string containerId);

    /// <summary>Takes away what this daemon made in the kernel: its nftables table, and the bridges it made. Only for when no container runs; <see cref="RecoverAsync"/> makes all of it again.</summary>
    Task DestroyAsync(CancellationToken cancellation);

    /// <summary>What <c>host-gateway</c> stands for among a container's extra hosts: at most one address of each family.</summary>
    IReadOnlyList<IPAddress> HostGateways { get; }
}
