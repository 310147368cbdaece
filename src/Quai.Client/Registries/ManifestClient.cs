using System.Globalization;
using Quai.Api;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Client.Transport;

namespace Quai.Client.Registries;

/// <summary>Manifests in registries: operations of Quai's own. If the daemon or a registry refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class ManifestClient
{
    private readonly HttpTransport _transport;

    internal ManifestClient(HttpTransport transport) => _transport = transport;

    /// <summary>Fetches a manifest or manifest list.</summary>
    /// <param name="name">The whole name, with tag or digest.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<RegistryManifest> FetchAsync(string name, AuthConfig? credentials = null, CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.SendAsync(
            "GET", new Query("/quai/manifests").With("name", name), default, RegistryAuth.Header(credentials), cancellation);
        string type = response.Head.Header("content-type") ?? "", digest = response.Head.Header("docker-content-digest") ?? "";
        return new RegistryManifest(type, digest, await response.ReadAllAsync(cancellation));
    }

    /// <summary>Fetches a small blob, such as an image's configuration.</summary>
    /// <param name="repository">The repository's whole name.</param>
    /// <param name="digest">The blob's digest.</param>
    /// <param name="size">Its size, bytes.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<byte[]> FetchBlobAsync(string repository, string digest, long size, AuthConfig? credentials = null, CancellationToken cancellation = default)
    {
        Query query = new Query("/quai/blobs").With("name", repository).With("digest", digest).With("size", size.ToString(CultureInfo.InvariantCulture));
        await using ResponseStream response = await _transport.SendAsync("GET", query, default, RegistryAuth.Header(credentials), cancellation);
        return await response.ReadAllAsync(cancellation);
    }

    /// <summary>Pushes an artifact whose manifest holds its config and layers itself.</summary>
    /// <param name="name">The whole name, with tag.</param>
    /// <param name="manifest">The manifest's bytes.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<PushedIndex> PushArtifactAsync(string name, ReadOnlyMemory<byte> manifest, AuthConfig? credentials = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("PUT", new Query("/quai/artifacts").With("name", name), ApiJson.Default.PushedIndex, manifest, RegistryAuth.Header(credentials), cancellation);

    /// <summary>Pushes a manifest list to a registry.</summary>
    /// <param name="name">The whole name, with tag.</param>
    /// <param name="index">The list's bytes.</param>
    /// <param name="sources">Where its entries are: <c>name@digest</c>.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<PushedIndex> PushAsync(string name, ReadOnlyMemory<byte> index, IEnumerable<string> sources, AuthConfig? credentials = null, CancellationToken cancellation = default)
    {
        Query query = new Query("/quai/manifests").With("name", name).WithEach("source", sources);
        return _transport.ReadAsync("PUT", query, ApiJson.Default.PushedIndex, index, RegistryAuth.Header(credentials), cancellation);
    }
}
