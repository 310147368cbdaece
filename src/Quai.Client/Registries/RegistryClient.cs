using System.Text.Json;
using Quai.Api;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Client.Transport;

namespace Quai.Client.Registries;

/// <summary>Registries, through the daemon, which knows mirrors and certificates. If it or a registry refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class RegistryClient
{
    private readonly HttpTransport _transport;

    internal RegistryClient(HttpTransport transport) => _transport = transport;

    /// <summary>Tries credentials.</summary>
    /// <returns>The daemon's answer, and the token that replaces the password if the registry gave one.</returns>
    public Task<AuthResponse> LoginAsync(AuthConfig credentials, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/auth"), ApiJson.Default.AuthResponse, JsonSerializer.SerializeToUtf8Bytes(credentials, ApiJson.Default.AuthConfig), cancellation: cancellation);

    /// <summary>What a registry says of an image, without fetching it.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<DistributionInspect> InspectAsync(string name, AuthConfig? credentials = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query($"/distribution/{Query.Segment(name)}/json"), ApiJson.Default.DistributionInspect, default, RegistryAuth.Header(credentials), cancellation);

    /// <summary>Searches for images.</summary>
    /// <param name="term">The words.</param>
    /// <param name="limit">Maximum number; empty for the daemon's default.</param>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<List<ImageSearchItem>> SearchAsync(
        string term, string limit = "", IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, AuthConfig? credentials = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync(
            "GET", new Query("/images/search").With("term", term).WithText("limit", limit).WithFilters(filters), ApiJson.Default.ListImageSearchItem, default, RegistryAuth.Header(credentials), cancellation);
}
