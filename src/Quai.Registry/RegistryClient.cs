using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Authentication;
using Quai.Registry.Repositories;
using Quai.Registry.Transport;

namespace Quai.Registry;

/// <summary>Talks to registries (OCI distribution specification); finds the address that serves an image.</summary>
/// <param name="options">Settings.</param>
/// <param name="time">The clock for waits and rates.</param>
public sealed class RegistryClient(RegistryOptions options, TimeProvider time) : IDisposable
{
    private readonly RegistryTransports _transports = new(options);
    private volatile RegistryOptions _options = options;

    /// <summary>Changes the insecure registries and the mirrors, for operations that start from now on.</summary>
    public void Configure(IReadOnlyList<string> insecure, IReadOnlyList<string> mirrors) => _options = _options with { InsecureRegistries = insecure, RegistryMirrors = mirrors };

    /// <summary>The addresses of a registry.</summary>
    internal Task<IReadOnlyList<RegistryEndpoint>> EndpointsAsync(string domain, bool mirrors, CancellationToken cancellation) =>
        RegistryEndpoint.ForAsync(domain, _options, mirrors, cancellation);

    /// <summary>Opens an image's repository for reading, at the first address that answers and for which <paramref name="use"/> succeeds: mirrors may lack it.</summary>
    /// <exception cref="QuaiException">None does; the message says why the last did not.</exception>
    public async Task<T> ReadAsync<T>(ImageReference image, RegistryAuth? auth, Func<RegistryRepository, Task<T>> use, CancellationToken cancellation)
    {
        IReadOnlyList<RegistryEndpoint> endpoints = await EndpointsAsync(image.Domain, mirrors: true, cancellation).ConfigureAwait(false);
        foreach (RegistryEndpoint mirror in endpoints.Where(e => e.Mirror))
        {
            try
            {
                RegistrySession session = await OpenAsync([mirror], image, null, "pull", [], cancellation).ConfigureAwait(false);
                return await use(new RegistryRepository(session, image)).ConfigureAwait(false);
            }
            catch (QuaiException)
            {
                // The registry itself will have it, or say why not.
            }
        }

        RegistrySession own = await OpenAsync([.. endpoints.Where(e => !e.Mirror)], image, auth, "pull", [], cancellation).ConfigureAwait(false);
        return await use(new RegistryRepository(own, image)).ConfigureAwait(false);
    }

    /// <summary>Opens an image's repository to read and write.</summary>
    /// <param name="image">The image.</param>
    /// <param name="auth">Credentials.</param>
    /// <param name="sources">Other repositories of the registry that blobs may be mounted from.</param>
    /// <param name="cancellation">Stops trying.</param>
    public async Task<RegistryRepository> OpenToWriteAsync(ImageReference image, RegistryAuth? auth, IEnumerable<string> sources, CancellationToken cancellation)
    {
        IReadOnlyList<RegistryEndpoint> endpoints = await EndpointsAsync(image.Domain, mirrors: false, cancellation).ConfigureAwait(false);
        RegistrySession session = await OpenAsync(endpoints, image, auth, "pull,push", sources, cancellation).ConfigureAwait(false);
        return new RegistryRepository(session, image);
    }

    /// <summary>A session without an image, at one address.</summary>
    internal RegistrySession At(RegistryEndpoint endpoint, string registry, RegistryAuth? auth, bool offline)
    {
        RegistryTransport transport = _transports.For(endpoint);
        return new RegistrySession(transport, endpoint, null, new TokenSource(transport.Own, endpoint, registry, auth, _options) { Offline = offline }, _options, time);
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _transports.Dispose();

    private async Task<RegistrySession> OpenAsync(
        IReadOnlyList<RegistryEndpoint> endpoints, ImageReference image, RegistryAuth? auth, string actions, IEnumerable<string> sources, CancellationToken cancellation)
    {
        QuaiException? failure = null;
        foreach (RegistryEndpoint endpoint in endpoints)
        {
            RegistryTransport transport = _transports.For(endpoint);
            var tokens = new TokenSource(transport.Own, endpoint, image.Domain, auth, _options);
            tokens.AddScope($"repository:{image.Path}:{actions}");
            foreach (string source in sources)
            {
                tokens.AddScope($"repository:{source}:pull");
            }

            var session = new RegistrySession(transport, endpoint, image, tokens, _options, time);
            try
            {
                await session.PingAsync(withCredentials: false, cancellation).ConfigureAwait(false);
                return session;
            }
            catch (TransientRegistryException e)
            {
                failure = QuaiException.System(e.Message, e);
            }
            catch (QuaiException e)
            {
                failure = e;
            }
        }

        throw failure!;
    }
}
