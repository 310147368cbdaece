using System.Net;
using System.Net.Security;
using Quai.Registry.Authentication;

namespace Quai.Registry.Transport;

/// <summary>The HTTP clients for each registry: their certificates differ. Kept while the registry's certificate files stay as they are.</summary>
internal sealed class RegistryTransports(RegistryOptions options) : IDisposable
{
    private const int MaxConnectionsPerServer = 16;

    private readonly Dictionary<(string Authority, bool Insecure), (string Stamp, RegistryTransport Transport)> _clients = [];
    private readonly List<RegistryTransport> _replaced = [];

    /// <summary>The clients for an address.</summary>
    public RegistryTransport For(RegistryEndpoint endpoint)
    {
        string authority = endpoint.Address.Authority;
        string stamp = RegistryCertificates.StampOf(options.CertificateFolders, authority);
        lock (_clients)
        {
            if (_clients.TryGetValue((authority, endpoint.Insecure), out (string Stamp, RegistryTransport Transport) known))
            {
                if (known.Stamp == stamp)
                {
                    return known.Transport;
                }

                // Others may be using it: it is disposed with the store.
                _replaced.Add(known.Transport);
            }

            RegistryCertificates certificates = RegistryCertificates.Read(options.CertificateFolders, authority);
            HttpClient own = Make(certificates.Options(endpoint.Insecure, identify: true));
            var transport = new RegistryTransport(own, certificates.Identify ? Make(certificates.Options(endpoint.Insecure, identify: false)) : own);
            _clients[(authority, endpoint.Insecure)] = (stamp, transport);
            return transport;
        }
    }

    public void Dispose()
    {
        lock (_clients)
        {
            foreach (RegistryTransport transport in _clients.Values.Select(c => c.Transport).Concat(_replaced))
            {
                transport.Own.Dispose();
                transport.Elsewhere.Dispose();
            }

            _clients.Clear();
        }
    }

    private HttpClient Make(SslClientAuthenticationOptions tls)
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
            SslOptions = tls,
        };
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
        return client;
    }
}
