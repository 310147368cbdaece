using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Dns;
using Quai.Networks.Drivers;
using Quai.Networks.Drivers.Overlay;
using Quai.Networks.Drivers.Remote;
using Quai.Networks.Egress;
using Quai.Networks.Firewalls;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Ipam;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Ports;
using Quai.Networks.Records;
using Quai.Networks.State;
using Quai.Plugins;
using Quai.Plugins.Discovery;
using Quai.Plugins.Networks;

namespace Quai.Networks;

/// <summary>
/// Networks over netlink and nftables, recorded in SQLite. What is leased lives in memory and is checked there; the record is one write an endpoint.
/// The sockets it talks to the kernel by belong to the network namespace of the thread that opened it.
/// </summary>
public sealed partial class NetworkService : INetworkService, IDisposable
{
    private readonly MetadataDatabase _database;
    private readonly NetworkOptions _options;
    private readonly TimeProvider _time;
    private readonly NetlinkSocket _route;
    private readonly HostTraffic _traffic;
    private readonly NameServices _names;
    private readonly PortReservations _ports;
    private readonly NameClaims _claims = new();
    private readonly NetworkDirectory _networks = new();
    private readonly EndpointDirectory _endpoints = new();
    private readonly DriverSet _drivers;
    private readonly AddressSources _sources;
    private readonly RemoteNetworks _remote;
    private readonly RetiredInterfaces _retired;
    private readonly NetworkRecovery _recovery;
    private readonly SemaphoreSlim _changing = new(1);
    private int _disposed;

    private NetworkService(MetadataDatabase database, NetworkOptions options, ILogger logger, TimeProvider time)
    {
        _database = database;
        _options = options;
        _time = time;
        _route = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        _ports = new PortReservations(PortReservations.KernelRange(), options.HostSockets);
        _traffic = new HostTraffic(database, _route, options, _claims, _ports, logger, time);
        _names = new NameServices(time, logger, _traffic.Admit);
        var ledger = new RemoteLedger(database);
        _drivers = new DriverSet(_route, options, _claims, () => _networks.All.Select(n => n.Live.Record), ledger, logger, time);
        var registry = new PluginRegistry(PluginDirectories.Usual, new PluginLimits(), time);
        _remote = new RemoteNetworks(new NetworkPlugins(registry), ledger, name => Links.Find(_route, name), logger);
        _sources = new AddressSources(database, _route, registry, time, logger, (endpoint, _) => Lose(endpoint));
        _retired = new RetiredInterfaces(database, logger);
        Overlays = new OverlayNetworks(_drivers.Overlay, _endpoints);
        _recovery = new NetworkRecovery(database, _drivers, options, time, logger);
    }

    /// <summary>The networks that reach over several hosts, for whoever tells them of the others.</summary>
    public IOverlayNetworks Overlays { get; }

    /// <summary>The tables networks are recorded in.</summary>
    public static IReadOnlyList<Migration> Migrations => NetworkTables.Migrations;

    /// <inheritdoc/>
    public event Action<Endpoint>? AddressLost;

    /// <inheritdoc/>
    public IReadOnlyList<IPAddress> HostGateways => _options.HostGateways.Count > 0 ? _options.HostGateways : [.. _networks.Named("bridge")?.Network.Subnets.Select(s => s.Gateway) ?? []];

    /// <summary>Opens the networks of a daemon; nothing is done in the kernel before <see cref="RecoverAsync"/>.</summary>
    /// <param name="database">Opened with <see cref="Migrations"/>.</param>
    /// <param name="options">The daemon's settings.</param>
    /// <param name="logger">For what nobody waits for; null for none.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public static NetworkService Open(MetadataDatabase database, NetworkOptions options, ILogger<NetworkService>? logger = null, TimeProvider? time = null) =>
        new(database, options, (ILogger?)logger ?? NullLogger.Instance, time ?? TimeProvider.System);

    /// <inheritdoc/>
    public IReadOnlyList<Network> List() => [.. _networks.All.Select(n => n.Network)];

    /// <inheritdoc/>
    public Network Resolve(string nameOrId) => _networks.Resolve(nameOrId).Network;

    /// <inheritdoc/>
    public bool IsUsed(string networkId) => _endpoints.IsUsed(networkId);

    /// <inheritdoc/>
    public IReadOnlyList<Endpoint> EndpointsOf(string containerId) => _endpoints.Of(containerId);

    /// <inheritdoc/>
    public async Task RecoverAsync(IReadOnlySet<string> running, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await _retired.RecoverAsync().ConfigureAwait(false);
        IReadOnlyList<NetworkRecord> recorded = await FinishedAsync(_database.Read(NetworkTables.Networks)).ConfigureAwait(false);
        IReadOnlyList<string> tables = await _traffic.ClaimAsync(recorded.FirstOrDefault(n => n.Name == "bridge")?.Interface, cancellation).ConfigureAwait(false);
        IReadOnlyList<NetworkState> networks = await _recovery.NetworksAsync(recorded, running, cancellation).ConfigureAwait(false);
        IReadOnlyList<Endpoint> endpoints = await _recovery.EndpointsAsync(
            networks, running, Links.List(_route).Select(l => l.Name).ToHashSet(), cancellation).ConfigureAwait(false);
        endpoints = [.. endpoints.Select(_remote.Restore)];
        _networks.Reset(networks);
        _endpoints.Reset(endpoints);
        _recovery.Reserve(endpoints, _ports);
        await _traffic.StartAsync(Firewalled(), endpoints, tables, cancellation).ConfigureAwait(false);
        _sources.Recover([.. networks.Select(n => n.Live.Record)], endpoints);
        _ = _remote.RecoverAsync(networks.Select(n => n.Network.Id).ToHashSet(), endpoints.Select(e => e.Id).ToHashSet());
    }

    /// <inheritdoc/>
    public async Task<Endpoint> ConnectAsync(EndpointRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        NetworkState state = _networks.Resolve(request.NetworkId);
        EgressRules.Check(request, state.Network, _options);
        _remote.CheckMade(state.Network);
        IAddressSource source = _sources.Of(state.Live.Record);
        GivenAddresses? given = await source.LeaseAsync(state, request, cancellation).ConfigureAwait(false);
        Endpoint endpoint;
        try
        {
            endpoint = _endpoints.Add(request.ContainerId, state.Network, request.InterfaceName, at => state.Lease(request, at, _ports, given));
        }
        catch (AddressUnavailableException e)
        {
            throw new AddressUnavailableException(e.Address, state.Network.Name)
            {
                HoldingContainer = _endpoints.OfNetwork(state.Network.Id).FirstOrDefault(o => e.Address.Equals(o.IPv4?.Address) || e.Address.Equals(o.IPv6?.Address))?.ContainerId,
            };
        }
        catch when (given is not null)
        {
            await source.ReleaseAsync(state.Live.Record, given.EndpointId, given.Lease).ConfigureAwait(false);
            throw;
        }

        try
        {
            if (_networks.Find(state.Network.Id) != state)
            {
                throw QuaiException.NotFound($"network {request.NetworkId} not found");
            }

            await _database.WriteAsync(connection => NetworkTables.Put(connection, EndpointRow.Of(endpoint)), cancellation).ConfigureAwait(false);
        }
        catch
        {
            _endpoints.Remove(endpoint);
            GiveBack(endpoint);
            await source.ReleaseAsync(state.Live.Record, endpoint.Id, endpoint.Lease).ConfigureAwait(false);
            throw;
        }

        try
        {
            // Before anything of the container runs.
            _traffic.Restrict(endpoint);
            return state.Network.IsPlugins ? await AttachAsync(endpoint, request).ConfigureAwait(false) : endpoint;
        }
        catch
        {
            _endpoints.Remove(endpoint);
            await ForgetAsync([endpoint]).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task PublishAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (endpoint.Ports.Count > 0)
        {
            _traffic.Publish(endpoint, () => _endpoints.Contains(endpoint));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DisconnectAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_endpoints.Remove(endpoint))
        {
            return;
        }

        _names.Remove(endpoint);
        _names.Update(endpoint.ContainerId, _endpoints.Of(endpoint.ContainerId));

        // Out of the kernel before the row goes: what nobody has recorded nobody would take away.
        _networks.Find(endpoint.Network.Id)?.Live.Detach(new HashSet<string> { endpoint.HostInterface });
        await ForgetAsync([endpoint]).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(string containerId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _names.Stop(containerId);
        IReadOnlyList<Endpoint> held = _endpoints.RemoveAll(containerId);
        foreach (Endpoint endpoint in held)
        {
            _names.Remove(endpoint);
        }

        if (held.Count > 0)
        {
            await ForgetAsync(held).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void SetNames(string containerId, Func<Network, IReadOnlyList<string>> namesOn, Func<Network, IReadOnlyDictionary<string, string>?> linksOn)
    {
        IReadOnlyList<Endpoint> endpoints = _endpoints.Of(containerId);
        foreach (Endpoint endpoint in endpoints.Where(e => e.Network.HasNames))
        {
            _names.Put(endpoint, namesOn(endpoint.Network), linksOn(endpoint.Network));
        }

        _names.Update(containerId, endpoints);
    }

    /// <inheritdoc/>
    public void ServeNames(string containerId, ResolverSockets sockets, ResolverSettings settings)
    {
        IReadOnlyList<Endpoint> endpoints = _endpoints.Of(containerId);
        IPAddress[] lent = [.. endpoints.Where(e => e.Network.LeadsOutside).SelectMany(e => e.Lease?.NameServers ?? []).Select(IPAddress.Parse).Distinct()];
        _names.Serve(containerId, sockets, settings.Servers.Count == 0 && lent.Length > 0 ? settings with { Servers = lent } : settings, endpoints);
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellation) => Task.WhenAll(_traffic.FlushAsync(), _retired.FlushAsync()).WaitAsync(cancellation);

    /// <inheritdoc/>
    public async Task DestroyAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation).ConfigureAwait(false);
        _traffic.Destroy();

        // None of them keeps another's parent any more.
        _networks.Reset([]);
        foreach (NetworkRecord record in _database.Read(NetworkTables.Networks))
        {
            _drivers.Of(record.Driver).Delete(record);
        }
    }

    /// <summary>Closes the sockets; host ports are free from then on. What is recorded and in the kernel stays.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _names.Dispose();
        _sources.Dispose();
        if (_endpoints.IsEmpty)
        {
            _traffic.Idle();
        }

        _traffic.Dispose();
        _ports.ReleaseAll();
        _route.Dispose();
        _retired.Dispose();
        _drivers.Dispose();
        _claims.Dispose();
        _changing.Dispose();
    }

    /// <summary>Forgets endpoints that are out of the directory already.</summary>
    private async Task ForgetAsync(IReadOnlyList<Endpoint> endpoints)
    {
        await DetachAsync(endpoints).ConfigureAwait(false);

        // Nobody may lease the address before its row is gone, and nothing may stop half-way: from here on there is no way back.
        await _database.WriteAsync(
            connection =>
            {
                foreach (Endpoint endpoint in endpoints)
                {
                    NetworkTables.DeleteEndpoint(connection, endpoint.Id);
                }
            },
            CancellationToken.None).ConfigureAwait(false);
        foreach (Endpoint endpoint in endpoints)
        {
            GiveBack(endpoint);
            _traffic.Withdraw(endpoint.Id);
        }

        // What others gave comes last: they may take their time.
        foreach (Endpoint endpoint in endpoints)
        {
            if (_networks.Find(endpoint.Network.Id)?.Live.Record is { } record)
            {
                await _sources.Of(record).ReleaseAsync(record, endpoint.Id, endpoint.Lease).ConfigureAwait(false);
            }
        }
    }

    private IReadOnlyList<IPNetwork> Taken() => [.. _networks.All.SelectMany(n => n.Network.Subnets).Select(s => s.Prefix)];

    private void Lose(string endpointId)
    {
        if (_endpoints.Find(endpointId) is { } endpoint)
        {
            AddressLost?.Invoke(endpoint);
        }
    }

    private void GiveBack(Endpoint endpoint)
    {
        _ports.Release([.. endpoint.Ports]);
        _networks.Find(endpoint.Network.Id)?.Release(endpoint);
    }

    private IReadOnlyList<FirewalledBridge> Firewalled() => [.. _networks.All.Select(n => n.Live.Firewalled).OfType<FirewalledBridge>().OrderBy(b => b.Interface, StringComparer.Ordinal)];
}
