using Quai.Client.Builds;
using Quai.Client.Containers;
using Quai.Client.Images;
using Quai.Client.Networks;
using Quai.Client.Registries;
using Quai.Client.System;
using Quai.Client.Transport;
using Quai.Client.Volumes;

namespace Quai.Client;

/// <summary>Speaks the Engine API with one daemon: a client for each kind of object. Thread-safe.</summary>
public sealed class EngineClient : IDisposable
{
    /// <summary>The newest version of the API that this client knows.</summary>
    public const string NewestVersion = "1.50";

    private readonly HttpTransport _transport;

    /// <summary>A client; nothing is sent before the first request.</summary>
    /// <param name="endpoint">The daemon's address.</param>
    /// <param name="tls">TLS settings; null for no TLS.</param>
    /// <param name="blocking">
    /// Whether calls block the caller's thread, so that tasks are complete when they are returned. This saves short-lived programs from starting threads.
    /// </param>
    public EngineClient(Endpoint endpoint, TlsOptions? tls = null, bool blocking = false)
    {
        _transport = new HttpTransport(endpoint, tls, blocking);
        Builder = new BuilderClient(_transport);
        Containers = new ContainerClient(_transport);
        Files = new FileClient(_transport);
        Execs = new ExecClient(_transport);
        Images = new ImageClient(_transport);
        Transfers = new TransferClient(_transport);
        Manifests = new ManifestClient(_transport);
        Networks = new NetworkClient(_transport);
        Registries = new RegistryClient(_transport);
        Signatures = new SignatureClient(_transport);
        System = new SystemClient(_transport);
        Volumes = new VolumeClient(_transport);
    }

    /// <summary>The builder.</summary>
    public BuilderClient Builder { get; }

    /// <summary>Containers.</summary>
    public ContainerClient Containers { get; }

    /// <summary>Files of containers.</summary>
    public FileClient Files { get; }

    /// <summary>Further programs in containers.</summary>
    public ExecClient Execs { get; }

    /// <summary>Images on the daemon's disk.</summary>
    public ImageClient Images { get; }

    /// <summary>Transfers of images from and to registries.</summary>
    public TransferClient Transfers { get; }

    /// <summary>Manifests in registries.</summary>
    public ManifestClient Manifests { get; }

    /// <summary>Networks.</summary>
    public NetworkClient Networks { get; }

    /// <summary>Registries.</summary>
    public RegistryClient Registries { get; }

    /// <summary>Signatures in registries.</summary>
    public SignatureClient Signatures { get; }

    /// <summary>The daemon itself.</summary>
    public SystemClient System { get; }

    /// <summary>Volumes.</summary>
    public VolumeClient Volumes { get; }

    /// <summary>The daemon's address.</summary>
    public Endpoint Endpoint => _transport.Endpoint;

    /// <summary>The negotiated version: the older of the daemon's newest and this client's newest, or the value of <c>DOCKER_API_VERSION</c>.</summary>
    public Task<string> GetVersionAsync(CancellationToken cancellation = default) => _transport.GetVersionAsync(cancellation);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
