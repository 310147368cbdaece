using System.Text.Json;
using Quai.Api;
using Quai.Api.Networks;
using Quai.Client.Transport;

namespace Quai.Client.Networks;

/// <summary>Networks. What the daemon refuses is a <see cref="DaemonException"/>.</summary>
public sealed class NetworkClient
{
    private readonly HttpTransport _transport;

    internal NetworkClient(HttpTransport transport) => _transport = transport;

    /// <summary>The networks.</summary>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<List<NetworkInspect>> ListAsync(IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/networks").WithFilters(filters), ApiJson.Default.ListNetworkInspect, cancellation: cancellation);

    /// <summary>One network.</summary>
    public Task<NetworkInspect> InspectAsync(string name, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", PathOf(name), ApiJson.Default.NetworkInspect, cancellation: cancellation);

    /// <summary>One network, as the daemon's JSON.</summary>
    public Task<JsonElement> InspectDocumentAsync(string name, CancellationToken cancellation = default) => _transport.ReadDocumentAsync(PathOf(name), cancellation);

    /// <summary>Removes networks that nobody uses.</summary>
    public Task<NetworksPruneResponse> PruneAsync(IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/networks/prune").WithFilters(filters), ApiJson.Default.NetworksPruneResponse, cancellation: cancellation);

    private static Query PathOf(string name) => new($"/networks/{Query.Segment(name)}");
}
