using Quai.Metadata;

namespace Quai.Networks.Drivers.Remote;

/// <summary>All that plugins were asked to make, in memory and on disk. Safe for concurrent use.</summary>
/// <param name="database">With the tables of <see cref="RemoteNetworkRow"/> and <see cref="RemoteEndpointRow"/>.</param>
internal sealed class RemoteLedger(MetadataDatabase database)
{
    private readonly Lock _lock = new();
    private Dictionary<string, RemoteNetworkRow> _networks = [];
    private Dictionary<string, RemoteEndpointRow> _endpoints = [];

    /// <summary>Reads what an earlier daemon recorded.</summary>
    public void Load()
    {
        var networks = database.Read(RemoteNetworkRow.All).ToDictionary(r => r.Id);
        var endpoints = database.Read(RemoteEndpointRow.All).ToDictionary(r => r.Id);
        lock (_lock)
        {
            (_networks, _endpoints) = (networks, endpoints);
        }
    }

    /// <summary>All networks.</summary>
    public IReadOnlyList<RemoteNetworkRow> Networks()
    {
        lock (_lock)
        {
            return [.. _networks.Values];
        }
    }

    /// <summary>All endpoints.</summary>
    public IReadOnlyList<RemoteEndpointRow> Endpoints()
    {
        lock (_lock)
        {
            return [.. _endpoints.Values];
        }
    }

    /// <summary>A network; null for none that a plugin was asked for.</summary>
    public RemoteNetworkRow? Network(string id)
    {
        lock (_lock)
        {
            return _networks.GetValueOrDefault(id);
        }
    }

    /// <summary>An endpoint; null for none that a plugin was asked for.</summary>
    public RemoteEndpointRow? Endpoint(string id)
    {
        lock (_lock)
        {
            return _endpoints.GetValueOrDefault(id);
        }
    }

    /// <summary>Records a network.</summary>
    public async Task PutAsync(RemoteNetworkRow row)
    {
        await database.WriteAsync(row.Put, CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _networks[row.Id] = row;
        }
    }

    /// <summary>Records an endpoint.</summary>
    public async Task PutAsync(RemoteEndpointRow row)
    {
        await database.WriteAsync(row.Put, CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _endpoints[row.Id] = row;
        }
    }

    /// <summary>Forgets a network.</summary>
    public async Task RemoveAsync(RemoteNetworkRow row)
    {
        await database.WriteAsync(connection => RemoteNetworkRow.Delete(connection, row.Id), CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _networks.Remove(row.Id);
        }
    }

    /// <summary>Forgets an endpoint.</summary>
    public async Task RemoveAsync(RemoteEndpointRow row)
    {
        await database.WriteAsync(connection => RemoteEndpointRow.Delete(connection, row.Id), CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _endpoints.Remove(row.Id);
        }
    }
}
