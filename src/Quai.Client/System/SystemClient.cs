using System.Runtime.CompilerServices;
using System.Text.Json;
using Quai.Api;
using Quai.Api.System;
using Quai.Client.Transport;

namespace Quai.Client.System;

/// <summary>The daemon itself: who it is, what happens, what is used. What it refuses is a <see cref="DaemonException"/>.</summary>
public sealed class SystemClient
{
    private readonly HttpTransport _transport;

    internal SystemClient(HttpTransport transport) => _transport = transport;

    /// <summary>The versions of the daemon and its parts.</summary>
    public Task<SystemVersion> VersionAsync(CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/version"), ApiJson.Default.SystemVersion, cancellation: cancellation);

    /// <summary>The versions of the daemon and its parts, as the daemon's JSON.</summary>
    public Task<JsonElement> VersionDocumentAsync(CancellationToken cancellation = default) => _transport.ReadDocumentAsync(new Query("/version"), cancellation);

    /// <summary>What the daemon knows of itself and its host.</summary>
    public Task<SystemInfo> InfoAsync(CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/info"), ApiJson.Default.SystemInfo, cancellation: cancellation);

    /// <summary>What the daemon knows of itself and its host, as the daemon's JSON.</summary>
    public Task<JsonElement> InfoDocumentAsync(CancellationToken cancellation = default) => _transport.ReadDocumentAsync(new Query("/info"), cancellation);

    /// <summary>What disk space is used for.</summary>
    public Task<DiskUsage> DiskUsageAsync(CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/system/df"), ApiJson.Default.DiskUsage, cancellation: cancellation);

    /// <summary>What happens, as it happens.</summary>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="since">From when on, in seconds since 1970; empty for from now on.</param>
    /// <param name="until">Until when, in seconds since 1970; empty for always.</param>
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

    /// <summary>What happens, as it happens, as the daemon's JSON.</summary>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="since">From when on, in seconds since 1970; empty for from now on.</param>
    /// <param name="until">Until when, in seconds since 1970; empty for always.</param>
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
