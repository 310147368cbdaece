using System.Net;
using System.Net.Security;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Registry;

/// <summary>Speaks to registries (OCI distribution specification); finds the address that serves an image.</summary>
internal sealed class RegistryClient : IDisposable
{
    private const int MaxConnectionsPerServer = 16;

    private readonly ImageStoreOptions _options;
    private readonly HttpClient _strict;
    private readonly HttpClient _lenient;

    public RegistryClient(ImageStoreOptions options)
    {
        _options = options;
        _strict = Make(insecure: false);
        _lenient = Make(insecure: true);
    }

    /// <summary>Opens an image's repository at the first address that answers.</summary>
    /// <exception cref="QuaiException">None does; says why the last did not.</exception>
    public async Task<RegistryRepository> OpenAsync(ImageReference image, RegistryAuth? auth, CancellationToken cancellation)
    {
        QuaiException? failure = null;
        foreach (RegistryEndpoint endpoint in RegistryEndpoint.For(image, _options))
        {
            HttpClient client = endpoint.Insecure ? _lenient : _strict;
            var repository = new RegistryRepository(client, endpoint, image, new TokenSource(client, auth, image), _options);
            try
            {
                await repository.PingAsync(cancellation).ConfigureAwait(false);
                return repository;
            }
            catch (QuaiException e)
            {
                failure = e;
            }
        }

        throw failure!;
    }

    public void Dispose()
    {
        _strict.Dispose();
        _lenient.Dispose();
    }

    private HttpClient Make(bool insecure)
    {
        var handler = new SocketsHttpHandler
        {
            // Redirects are followed by hand: credentials go to no other host.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = MaxConnectionsPerServer,
            MaxResponseHeadersLength = 64,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            InitialHttp2StreamWindowSize = 1 << 20,
            ActivityHeadersPropagator = null,
        };
        if (insecure)
        {
            // Insecure registries are on networks of one's own, which a proxy does not reach.
            handler.UseProxy = false;
#pragma warning disable CA5359 // an insecure registry is one whose certificate the user said not to check
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
#pragma warning restore CA5359
        }

        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(_options.UserAgent);
        return client;
    }
}
