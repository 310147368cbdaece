using System.Text.Json;
using Quai.Api;
using Quai.Api.Networks;
using Quai.Client.Transport;

namespace Quai.Client.Networks;

/// <summary>Networks. If the daemon refuses, a <see cref="DaemonException"/> is thrown.</summary>
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
    /// <param name="name">The network's name or id.</param>
    /// <param name="verbose">Whether with more, for diagnosis.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JsonElement> InspectDocumentAsync(string name, bool verbose = false, CancellationToken cancellation = default) =>
        _transport.ReadDocumentAsync(verbose ? PathOf(name).With("verbose", "true") : PathOf(name), cancellation);

    /// <summary>Makes a network.</summary>
    /// <param name="request">What it is to be like.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<NetworkCreateResponse> CreateAsync(NetworkCreateRequest request, CancellationToken cancellation = default) => _transport.ReadAsync(
        "POST",
        new Query("/networks/create"),
        ApiJson.Default.NetworkCreateResponse,
        JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.NetworkCreateRequest),
        cancellation: cancellation);

    /// <summary>Removes a network that nobody uses.</summary>
    /// <param name="name">The network's name or id.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task RemoveAsync(string name, CancellationToken cancellation = default) => _transport.DoAsync("DELETE", PathOf(name), cancellation: cancellation);

    /// <summary>Connects a container to a network.</summary>
    /// <param name="network">The network's name or id.</param>
    /// <param name="container">The container's name or id.</param>
    /// <param name="settings">Endpoint settings; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task ConnectAsync(string network, string container, EndpointSettings? settings = null, CancellationToken cancellation = default) => _transport.DoAsync(
        "POST",
        new Query($"/networks/{Query.Segment(network)}/connect"),
        JsonSerializer.SerializeToUtf8Bytes(new NetworkConnectRequest { Container = container, EndpointConfig = settings }, ApiJson.Default.NetworkConnectRequest),
        cancellation: cancellation);

    /// <summary>Disconnects a container from a network.</summary>
    /// <param name="network">The network's name or id.</param>
    /// <param name="container">The container's name or id.</param>
    /// <param name="force">Whether to disconnect even if the network is gone.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task DisconnectAsync(string network, string container, bool force = false, CancellationToken cancellation = default) => _transport.DoAsync(
        "POST",
        new Query($"/networks/{Query.Segment(network)}/disconnect"),
        JsonSerializer.SerializeToUtf8Bytes(new NetworkDisconnectRequest { Container = container, Force = force }, ApiJson.Default.NetworkDisconnectRequest),
        cancellation: cancellation);

    /// <summary>Removes networks that nobody uses.</summary>
    public Task<NetworksPruneResponse> PruneAsync(IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/networks/prune").WithFilters(filters), ApiJson.Default.NetworksPruneResponse, cancellation: cancellation);

    private static Query PathOf(string name) => new($"/networks/{Query.Segment(name)}");
}
