using Quai.Errors;
using Quai.Networks.Drivers.Remote;
using Quai.Networks.Records;

namespace Quai.Networks;

/// <summary>Networks of plugins: where others have messages for the kernel, these have calls that may take their time. Nothing of them is done while others wait.</summary>
public sealed partial class NetworkService
{
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
