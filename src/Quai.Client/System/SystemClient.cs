using System.Runtime.CompilerServices;
using System.Text.Json;
using Quai.Api;
using Quai.Api.System;
using Quai.Client.Transport;

namespace Quai.Client.System;

/// <summary>The daemon itself: information, events, disk usage. If it refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class SystemClient
{
    private readonly HttpTransport _transport;

    internal SystemClient(HttpTransport transport) => _transport = transport;

    /// <summary>The versions of the daemon and its parts.</summary>
    public Task<SystemVersion> VersionAsync(CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/version"), ApiJson.Default.SystemVersion, cancellation: cancellation);

    /// <summary>The versions of the daemon and its parts, as the daemon's JSON.</summary>
    public Task<JsonElement> VersionDocumentAsync(CancellationToken cancellation = default) => _transport.ReadDocumentAsync(new Query("/version"), cancellation);

    /// <summary>The daemon's information about itself and its host.</summary>
    public Task<SystemInfo> InfoAsync(CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/info"), ApiJson.Default.SystemInfo, cancellation: cancellation);

    /// <summary>The daemon's information about itself and its host, as the daemon's JSON.</summary>
    public Task<JsonElement> InfoDocumentAsync(CancellationToken cancellation = default) => _transport.ReadDocumentAsync(new Query("/info"), cancellation);

    /// <summary>Disk usage.</summary>
    public Task<DiskUsage> DiskUsageAsync(CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/system/df"), ApiJson.Default.DiskUsage, cancellation: cancellation);

    /// <summary>Events, as they happen.</summary>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="since">Start time, in seconds since 1970; empty for now.</param>
    /// <param name="until">End time, in seconds since 1970; empty for never.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async IAsyncEnumerable<EventMessage> EventsAsync(
        IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, string since = "", string until = "", [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.SendAsync("GET", EventsPath(filters, since, until), cancellation: cancellation);
        await foreach (EventMessage message in response.ReadManyAsync(ApiJson.Default.EventMessage, cancellation))
        {
            yield return message;
        }
    }

    /// <summary>Events, as they happen, as the daemon's JSON.</summary>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="since">Start time, in seconds since 1970; empty for now.</param>
    /// <param name="until">End time, in seconds since 1970; empty for never.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async IAsyncEnumerable<JsonElement> EventDocumentsAsync(
        IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, string since = "", string until = "", [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.SendAsync("GET", EventsPath(filters, since, until), cancellation: cancellation);
        await foreach (JsonElement message in response.ReadDocumentsAsync(cancellation))
        {
            yield return message;
        }
    }

    private static Query EventsPath(IReadOnlyCollection<KeyValuePair<string, string>>? filters, string since, string until) =>
        new Query("/events").WithText("since", since).WithText("until", until).WithFilters(filters);
}
