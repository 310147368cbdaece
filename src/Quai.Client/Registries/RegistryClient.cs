using System.Text.Json;
using Quai.Api;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Client.Transport;

namespace Quai.Client.Registries;

/// <summary>Registries, as the daemon reaches them: it knows mirrors and certificates. What it or a registry refuses is a <see cref="DaemonException"/>.</summary>
public sealed class RegistryClient
{
    private readonly HttpTransport _transport;

    internal RegistryClient(HttpTransport transport) => _transport = transport;

    /// <summary>Tries credentials.</summary>
    /// <returns>What the daemon says, and the token that stands for the password if the registry gave one.</returns>
    public Task<AuthResponse> LoginAsync(AuthConfig credentials, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/auth"), ApiJson.Default.AuthResponse, JsonSerializer.SerializeToUtf8Bytes(credentials, ApiJson.Default.AuthConfig), cancellation: cancellation);

    /// <summary>Searches for images.</summary>
    /// <param name="term">The words.</param>
    /// <param name="limit">How many at most; empty for the daemon's usual number.</param>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="credentials">Who asks; null for anybody.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<List<ImageSearchItem>> SearchAsync(
        string term, string limit = "", IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, AuthConfig? credentials = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync(
            "GET", new Query("/images/search").With("term", term).WithText("limit", limit).WithFilters(filters), ApiJson.Default.ListImageSearchItem, default, RegistryAuth.Header(credentials), cancellation);
}
