using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Quai.Build.Sessions;
using Quai.Errors;

namespace Quai.Build.Sources.Web;

/// <summary>Asks servers for files, with the credentials that the build's client has for them.</summary>
internal sealed class WebClient : IDisposable
{
    private const string HeaderPrefix = "HTTP_AUTH_HEADER_", TokenPrefix = "HTTP_AUTH_TOKEN_";
    private const int MaxRedirections = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30), s_lifetime = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;

    /// <summary>Makes one.</summary>
    /// <param name="proxy">Which proxy requests go through; null for what the environment says.</param>
    public WebClient(IWebProxy? proxy)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = s_patience,
            PooledConnectionLifetime = s_lifetime,
            MaxAutomaticRedirections = MaxRedirections,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
        };
        if (proxy is not null)
        {
            handler.Proxy = proxy;
        }

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks for a file.</summary>
    /// <param name="address">The file.</param>
    /// <param name="tag">The version that is here; empty for none.</param>
    /// <param name="session">Whose credentials are used; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The answer, whose content comes as it is read; null where the version that is here is the latest.</returns>
    /// <exception cref="QuaiException">The server cannot be reached, or does not give the file.</exception>
    public async Task<HttpResponseMessage?> GetAsync(WebAddress address, string tag, IBuildSession? session, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address.Url);
        request.Headers.TryAddWithoutValidation("User-Agent", "quai");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (tag.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        if (session is not null && await AuthorizationAsync(address, session, cancellation).ConfigureAwait(false) is { } header)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new QuaiException(ErrorKind.Unavailable, $"failed to load {Shown(address.Url)}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new QuaiException(ErrorKind.Unavailable, $"failed to load {Shown(address.Url)}: the server does not answer", e);
        }

        if (response.StatusCode == HttpStatusCode.NotModified && tag.Length > 0)
        {
            response.Dispose();
            return null;
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            // Not that it was not found: frontends would take that for a file that its context does not have.
            ErrorKind kind = response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => ErrorKind.Unauthorized,
                HttpStatusCode.Forbidden => ErrorKind.Forbidden,
                >= HttpStatusCode.InternalServerError => ErrorKind.Unavailable,
                _ => ErrorKind.InvalidParameter,
            };
            throw new QuaiException(kind, $"failed to load {Shown(address.Url)}: invalid response status {(int)response.StatusCode}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>An address without a user's name and password.</summary>
    public static string Shown(Uri url) => url.UserInfo.Length == 0 ? url.AbsoluteUri : new UriBuilder(url) { UserName = "xxxxx", Password = "xxxxx" }.Uri.AbsoluteUri;

    private static async Task<string?> AuthorizationAsync(WebAddress address, IBuildSession session, CancellationToken cancellation)
    {
        string host = address.Url.IsDefaultPort ? address.Url.Host : address.Url.Authority;
        if (address.HeaderSecret.Length > 0)
        {
            byte[] named = await session.SecretAsync(address.HeaderSecret, cancellation).ConfigureAwait(false)
                ?? throw QuaiException.NotFound($"the client has no secret {address.HeaderSecret}, by which {host} is asked");
            return Text(named);
        }

        return await session.SecretAsync(HeaderPrefix + host, cancellation).ConfigureAwait(false) is { } header ? Text(header)
            : await session.SecretAsync(TokenPrefix + host, cancellation).ConfigureAwait(false) is { } token ? "Bearer " + Text(token)
            : address.Url.UserInfo.Length > 0 ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.Url.UserInfo)))
            : null;
    }

    private static string Text(byte[] secret) => Encoding.UTF8.GetString(secret).Trim();
}
