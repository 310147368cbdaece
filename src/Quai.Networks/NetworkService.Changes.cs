using System.Net;
using Microsoft.Data.Sqlite;
using Quai.Errors;
using Quai.Networks.Drivers;
using Quai.Networks.Drivers.Remote;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Ports;
using Quai.Networks.Records;
using Quai.Networks.State;

namespace Quai.Networks;

/// <summary>
/// Networks are made and removed, the ports of endpoints in use change, and what plugins do for networks and endpoints: their calls may take their time, so nothing of that is
/// done while others wait.
/// </summary>
public sealed partial class NetworkService
{
    /// <inheritdoc/>
    public async Task<Network> CreateAsync(NetworkRequest request, CancellationToken cancellation)
    {
        NetworkRules.Check(request);
        request = WithDefaults(request);
        if (_networks.Named(request.Name) is not null)
        {
            throw QuaiException.Conflict($"network with name {request.Name} already exists");
        }

        string? scope = await ScopeAsync(request).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        NetworkRecord record = NetworkRules.Record(request, _networks, _drivers.Of, _time.GetUtcNow());
        if (record.Attributes.ConfigOnly)
        {
            return await MakeAsync(record, cancellation).ConfigureAwait(false);
        }

        // Not while others wait: who gives the subnets may take his time.
        IAddressSource source = _sources.Of(record);
        source.Check(record);
        record = await source.ReserveAsync(record, Taken(), cancellation).ConfigureAwait(false);
        try
        {
            return scope is null ? await MakeAsync(record, cancellation).ConfigureAwait(false) : await MakeRemoteAsync(record, scope, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await source.ReleaseAsync(record).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<Endpoint> RepublishAsync(Endpoint endpoint, IReadOnlyList<PortRequest> publish, IReadOnlyList<PublishedPort> withdraw, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        NetworkState state = _networks.Find(endpoint.Network.Id) ?? throw QuaiException.NotFound($"network {endpoint.Network.Name} not found");
        PublishedPort[] added = state.Reserve(publish, endpoint, _ports);
        Endpoint changed = endpoint with { Ports = [.. endpoint.Ports.Except(withdraw), .. added] };
        try
        {
            // Recorded before it is made; what is withdrawn and recorded no more goes with the next rebuild of the table, should a crash come between.
            await _database.WriteAsync(connection => NetworkTables.PutPorts(connection, changed), CancellationToken.None).ConfigureAwait(false);
            if (!_endpoints.Replace(changed))
            {
                throw QuaiException.NotFound($"endpoint {endpoint.Id} not found");
            }

            _traffic.Change(changed);
        }
        catch
        {
            _endpoints.Replace(endpoint);
            await _database.WriteAsync(connection => NetworkTables.PutPorts(connection, endpoint), CancellationToken.None).ConfigureAwait(false);
            _ports.Release(added);
            throw;
        }

        _ports.Release([.. endpoint.Ports.Intersect(withdraw)]);
        return changed;
    }

    /// <inheritdoc/>
    public async Task<(Endpoint From, Endpoint To)> MovePortsAsync(Endpoint former, Endpoint to, IReadOnlyList<PortRequest> publish, Action<SqliteConnection> record, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        NetworkState state = _networks.Find(to.Network.Id) ?? throw QuaiException.NotFound($"network {to.Network.Name} not found");
        PortHandover handover = state.Take(former.Ports, publish, to, _ports);
        Endpoint left = former with { Ports = [] }, changed = to with { Ports = [.. to.Ports, .. handover.Ports] };
        bool recorded = false;
        try
        {
            // Recorded before it is done: the next start of the daemon does what a crash leaves undone.
            await _database.WriteAsync(
                connection =>
                {
                    NetworkTables.PutPorts(connection, left);
                    NetworkTables.PutPorts(connection, changed);
                    record(connection);
                },
                CancellationToken.None).ConfigureAwait(false);
            recorded = true;
            if (!_endpoints.Replace(changed) || !_endpoints.Replace(left))
            {
                throw QuaiException.NotFound($"endpoint {former.Id} or {to.Id} not found");
            }

            _traffic.Move(left, changed);
            return (left, changed);
        }
        catch
        {
            _endpoints.Replace(to);
            _endpoints.Replace(former);
            _ports.Undo(handover, former.ContainerId);
            if (recorded)
            {
                await _database.WriteAsync(
                    connection =>
                    {
                        NetworkTables.PutPorts(connection, former);
                        NetworkTables.PutPorts(connection, to);
                    },
                    CancellationToken.None).ConfigureAwait(false);
            }

            throw;
        }
    }

    private async Task<Network> MakeAsync(NetworkRecord record, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            NetworkRules.CheckFree(record, _networks);
            INetworkDriver driver = _drivers.Of(record.Driver);
            record = await driver.ClaimAsync(record, cancellation).ConfigureAwait(false);
            driver.CheckHost(record);
            await _retired.GoneAsync(record.Interface).WaitAsync(cancellation).ConfigureAwait(false);
            await _database.WriteAsync(connection => NetworkTables.Put(connection, record), cancellation).ConfigureAwait(false);
            return await RealizeAsync(driver, record).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string networkId, CancellationToken cancellation)
    {
        NetworkState state;
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            state = _networks.Find(networkId) ?? throw QuaiException.NotFound($"network {networkId} not found");
            if (state.Network.IsPredefined)
            {
                throw new QuaiException(ErrorKind.Forbidden, $"{state.Network.Name} is a pre-defined network and cannot be removed");
            }

            _remote.CheckMade(state.Network);
            if (state.Network.Attributes.ConfigOnly && _networks.All.Any(n => n.Network.Attributes.ConfigFrom == state.Network.Name))
            {
                throw new QuaiException(ErrorKind.Forbidden, $"error while removing network: configuration network \"{state.Network.Name}\" is in use");
            }

            // Nobody leases from it any more; whoever did before is found.
            _networks.Remove(networkId);
            if (_endpoints.OfNetwork(networkId) is { Count: > 0 } users)
            {
                _networks.Put(state);
                throw new NetworkInUseException(state.Network, users);
            }

            _names.Forget(networkId);
            await _traffic.SetBridgesAsync(Firewalled()).ConfigureAwait(false);
            string? left = _drivers.Of(state.Network.Driver).Retire(state.Live.Record);
            await _database.WriteAsync(
                connection =>
                {
                    NetworkTables.DeleteNetwork(connection, networkId);
                    if (left is not null)
                    {
                        NetworkTables.PutRetired(connection, left);
                    }
                },
                CancellationToken.None).ConfigureAwait(false);
            if (left is not null)
            {
                _retired.Delete(left);
            }
        }
        finally
        {
            _changing.Release();
        }

        await _remote.RemoveAsync(state.Live.Record).ConfigureAwait(false);
        await _sources.Of(state.Live.Record).ReleaseAsync(state.Live.Record).ConfigureAwait(false);
    }

    private NetworkRequest WithDefaults(NetworkRequest request) =>
        request.Attributes is { ConfigOnly: false, ConfigFrom: "" } && _options.DefaultOptions.TryGetValue(request.Driver, out IReadOnlyDictionary<string, string>? defaults)
            ? request with { Options = defaults.Where(d => !request.Options.ContainsKey(d.Key)).Concat(request.Options).ToDictionary() }
            : request;

    private async Task<Network> RealizeAsync(INetworkDriver driver, NetworkRecord record)
    {
        try
        {
            ILiveNetwork live = driver.Realize(record, Taken());
            await _database.WriteAsync(connection => NetworkTables.Put(connection, live.Record), CancellationToken.None).ConfigureAwait(false);
            _networks.Put(new NetworkState(live));
            await _traffic.SetBridgesAsync(Firewalled()).ConfigureAwait(false);
            return live.Network;
        }
        catch
        {
            _networks.Remove(record.Id);
            driver.Delete(record);
            await _database.WriteAsync(connection => NetworkTables.DeleteNetwork(connection, record.Id), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>How far a plugin says that its networks reach; null where no plugin makes the network.</summary>
    private async Task<string?> ScopeAsync(NetworkRequest request) =>
        request.Attributes.ConfigOnly || _drivers.Of(request.Driver) is not RemoteDriver ? null : await _remote.ScopeAsync(request.Driver).ConfigureAwait(false);

    /// <summary>The network is there from the beginning, so that nobody takes its name or its subnets; until the plugin has answered it can neither be used nor removed.</summary>
    private async Task<Network> MakeRemoteAsync(NetworkRecord record, string scope, CancellationToken cancellation)
    {
        await _remote.BeginAsync(record, scope).ConfigureAwait(false);
        Network network;
        try
        {
            network = await MakeAsync(record, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await _remote.ForgetAsync(record).ConfigureAwait(false);
            throw;
        }

        try
        {
            await _remote.CreateAsync(_networks.Find(record.Id)!.Live.Record).ConfigureAwait(false);
            return network;
        }
        catch
        {
            _networks.Remove(record.Id);
            await _database.WriteAsync(connection => NetworkTables.DeleteNetwork(connection, record.Id), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Forgets the networks that were just being made when the daemon died.</summary>
    private async Task<IReadOnlyList<NetworkRecord>> FinishedAsync(IReadOnlyList<NetworkRecord> recorded)
    {
        IReadOnlyList<NetworkRecord> begun = _remote.Load(recorded);
        foreach (NetworkRecord record in begun)
        {
            await _database.WriteAsync(connection => NetworkTables.DeleteNetwork(connection, record.Id), CancellationToken.None).ConfigureAwait(false);
        }

        return [.. recorded.Except(begun)];
    }

    private async Task<Endpoint> AttachAsync(Endpoint endpoint, EndpointRequest request)
    {
        Endpoint attached = await _remote.ConnectAsync(endpoint, request, [.. _endpoints.Of(endpoint.ContainerId).Where(e => e.Id != endpoint.Id)]).ConfigureAwait(false);
        return _endpoints.Replace(attached) ? attached : throw QuaiException.NotFound($"endpoint {endpoint.Id} not found");
    }

    /// <summary>Has taken back what plugins made, before anybody else may have its addresses.</summary>
    private Task DetachAsync(IReadOnlyList<Endpoint> endpoints) => Task.WhenAll(endpoints.Where(e => e.Network.IsPlugins).Select(e => _remote.DisconnectAsync(e.Id)));
}
