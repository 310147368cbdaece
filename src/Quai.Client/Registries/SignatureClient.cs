using System.Text.Json;
using Quai.Api;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Client.Transport;

namespace Quai.Client.Registries;

/// <summary>Signatures of images in registries: operations of Quai's own. If the daemon or a registry refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class SignatureClient
{
    private readonly HttpTransport _transport;

    internal SignatureClient(HttpTransport transport) => _transport = transport;

    /// <summary>The signatures that a registry has for an image, and the digest that the name stands for.</summary>
    public Task<SignatureDocument> ListAsync(string name, AuthConfig? credentials = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/quai/signatures").With("name", name), ApiJson.Default.SignatureDocument, default, RegistryAuth.Header(credentials), cancellation);

    /// <summary>Stores a signature beside an image.</summary>
    /// <param name="repository">The repository's whole name.</param>
    /// <param name="digest">The signed manifest's digest.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="referrer">Whether it is attached as a referrer (OCI 1.1), not by a tag.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task AddAsync(string repository, string digest, SignatureItem signature, bool referrer = false, AuthConfig? credentials = null, CancellationToken cancellation = default) =>
        _transport.DoAsync(
            "POST", new Query("/quai/signatures").With("name", repository).With("digest", digest).WithSwitch("referrer", referrer),
            JsonSerializer.SerializeToUtf8Bytes(signature, ApiJson.Default.SignatureItem), RegistryAuth.Header(credentials), cancellation);
}
