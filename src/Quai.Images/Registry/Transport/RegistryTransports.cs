using System.Net;

namespace Quai.Images.Registry.Transport;

/// <summary>One HTTP client for each registry: their certificates differ. Kept while the registry's certificate files stay as they are.</summary>
internal sealed class RegistryTransports(ImageStoreOptions options) : IDisposable
{
    private const int MaxConnectionsPerServer = 16;

    private readonly Dictionary<(string Authority, bool Insecure), (string Stamp, HttpClient Client)> _clients = [];
    private readonly List<HttpClient> _replaced = [];

    /// <summary>The client for an address.</summary>
    public HttpClient For(RegistryEndpoint endpoint)
    {
        string authority = endpoint.Address.Authority;
        string stamp = RegistryCertificates.StampOf(options.CertificateFolders, authority);
        lock (_clients)
        {
            if (_clients.TryGetValue((authority, endpoint.Insecure), out (string Stamp, HttpClient Client) known))
            {
                if (known.Stamp == stamp)
                {
                    return known.Client;
                }

                // Others may be using it: it goes with the store.
                _replaced.Add(known.Client);
            }

            HttpClient client = Make(RegistryCertificates.Read(options.CertificateFolders, authority), endpoint.Insecure);
            _clients[(authority, endpoint.Insecure)] = (stamp, client);
            return client;
        }
    }

    public void Dispose()
    {
        lock (_clients)
        {
            foreach (HttpClient client in _clients.Values.Select(c => c.Client).Concat(_replaced))
            {
                client.Dispose();
            }

            _clients.Clear();
        }
    }

    private HttpClient Make(RegistryCertificates certificates, bool insecure)
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
            Proxy = options.Proxies,
            SslOptions = certificates.Options(insecure),
        };
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
        return client;
    }
}
