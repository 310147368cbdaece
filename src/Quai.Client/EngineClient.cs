using Quai.Client.Transport;

namespace Quai.Client;

/// <summary>Speaks the Engine API with one daemon: a client for each kind of object. Safe to be used by several threads.</summary>
public sealed class EngineClient : IDisposable
{
    /// <summary>The newest version of the API that this client knows.</summary>
    public const string NewestVersion = "1.50";

    /// <summary>A client; nothing is sent before the first request.</summary>
    /// <param name="endpoint">The daemon's address.</param>
    /// <param name="tls">How to speak TLS; null for not at all.</param>
    /// <param name="blocking">
    /// Whether the caller's thread waits, and tasks are complete when they are returned: for short-lived programs, which it spares the start of threads.
    /// </param>
    public EngineClient(Endpoint endpoint, TlsOptions? tls = null, bool blocking = false) => Transport = new HttpTransport(endpoint, tls, blocking);

    /// <summary>What requests go through.</summary>
    public HttpTransport Transport { get; }

    /// <summary>The daemon's address.</summary>
    public Endpoint Endpoint => Transport.Endpoint;

    /// <summary>The version spoken: the older of the daemon's newest and this client's newest, or what <c>DOCKER_API_VERSION</c> says.</summary>
    public Task<string> GetVersionAsync(CancellationToken cancellation = default) => Transport.GetVersionAsync(cancellation);

    /// <inheritdoc/>
    public void Dispose() => Transport.Dispose();
}
