using System.Net;
using System.Net.Sockets;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Transfers;

/// <summary>Speaks with servers that keep caches; asks a few times where one is busy or falls away. What it says of an address is without what gives access.</summary>
internal sealed class CacheHttp : IDisposable
{
    private const int Attempts = 4, LargeContent = 1 << 20;
    private static readonly TimeSpan s_connecting = TimeSpan.FromSeconds(20), s_answering = TimeSpan.FromSeconds(60), s_longestPause = TimeSpan.FromSeconds(10), s_lifetime = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;
    private readonly TimeSpan _pause;

    /// <summary>Makes one.</summary>
    /// <param name="proxy">Which proxy requests go through; null for what the environment says.</param>
    /// <param name="pause">How long it waits before the second attempt; then always twice as long.</param>
    public CacheHttp(IWebProxy? proxy, TimeSpan pause)
    {
        _pause = pause;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = s_connecting,
            PooledConnectionLifetime = s_lifetime,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
        };
        if (proxy is not null)
        {
            handler.Proxy = proxy;
        }

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a request.</summary>
    /// <param name="make">Makes it, once for each attempt.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="attempts">How often it is sent at most; 0 for as often as is usual.</param>
    /// <returns>The answer, whatever its status, whose content comes as it is read.</returns>
    /// <exception cref="QuaiException">The server cannot be reached.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation, int attempts = 0)
    {
        int most = attempts > 0 ? attempts : Attempts;
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan pause = _pause * (1 << Math.Min(attempt - 1, 10));
            using HttpRequestMessage request = make();
            try
            {
                HttpResponseMessage response = await SendOnceAsync(request, cancellation).ConfigureAwait(false);
                if (attempt >= most || !(response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError))
                {
                    return response;
                }

                pause = response.Headers.RetryAfter?.Delta is { } asked && asked > pause ? asked : pause;
                response.Dispose();
            }
            catch (HttpRequestException e)
            {
                // Who does not answer at all within the time of a connection will not do so in a second.
                bool isSilent = e.InnerException is OperationCanceledException or SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.HostNotFound };
                if (attempt >= most || isSilent)
                {
                    throw new QuaiException(ErrorKind.Unavailable, $"{Shown(request)} cannot be reached: {e.Message}", e);
                }
            }

            await Task.Delay(pause < s_longestPause ? pause : s_longestPause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>An answer as an error: one sentence with the address and the status.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="code">What the server calls it, if it has a word for it; empty for none.</param>
    public static QuaiException Failure(HttpResponseMessage response, string code = "")
    {
        ErrorKind kind = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => ErrorKind.Unauthorized,
            HttpStatusCode.Forbidden => ErrorKind.Forbidden,
            HttpStatusCode.NotFound => ErrorKind.NotFound,
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => ErrorKind.Unavailable,
            _ => ErrorKind.InvalidParameter,
        };
        string word = code.Length is > 0 and <= 100 && code.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.') ? " " + code : "";
        return new QuaiException(kind, $"{Shown(response.RequestMessage!)} answers with status {(int)response.StatusCode}{word}");
    }

    /// <summary>An address without names, passwords and signatures.</summary>
    public static string Shown(Uri url) => $"{url.Scheme}://{url.Authority}{url.AbsolutePath}";

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Shown(HttpRequestMessage request) => Shown(request.RequestUri!);

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        bool isLarge = request.Content?.Headers.ContentLength > LargeContent;
        if (isLarge)
        {
            // Who refuses it says so before all of it is sent.
            request.Headers.ExpectContinue = true;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!isLarge)
        {
            patience.CancelAfter(s_answering);
        }

        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException("it does not answer", e);
        }
    }
}
