using System.Net;
using System.Net.Http.Headers;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Authentication;

namespace Quai.Registry.Transport;

/// <summary>One request to a registry, which may be sent more than once.</summary>
/// <param name="Method">GET, HEAD, POST, PATCH or PUT.</param>
/// <param name="Address">At the registry, or where it sent us.</param>
internal sealed record RegistryRequest(HttpMethod Method, Uri Address)
{
    /// <summary>Accepted media types, best first.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The first byte wanted, if that is not the beginning.</summary>
    public long? From { get; init; }

    /// <summary>Creates the body; calls its argument whenever some of it has been sent, with true if that was the last.</summary>
    public Func<Action<bool>, HttpContent>? Content { get; init; }

    /// <summary>Whether it is a write: failures are worded accordingly.</summary>
    public bool Writes { get; init; }

    /// <summary>Statuses besides success that are also valid answers.</summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [];
}

/// <summary>Requests to one registry at one address: with credentials if it asks for them, following redirects, and retrying where that may help.</summary>
internal sealed class RegistrySession(RegistryTransport transport, RegistryEndpoint endpoint, ImageReference? image, TokenSource tokens, RegistryOptions options, TimeProvider time)
{
    private const int MaxRedirects = 10;

    /// <summary>The longest time that a registry may take to answer a body, in stall timeouts: it may have to hash gigabytes.</summary>
    private const int ThinkingFactor = 5;

    public TokenSource Tokens => tokens;

    public RegistryOptions Options => options;

    public TimeProvider Time => time;

    /// <summary>An address at the registry.</summary>
    public Uri At(string path) => new(endpoint.Address, path);

    /// <summary>Checks whether there is a registry, and gets credentials if it wants some.</summary>
    /// <returns>Its last status.</returns>
    public async Task<HttpStatusCode> PingAsync(bool withCredentials, CancellationToken cancellation)
    {
        var request = new RegistryRequest(HttpMethod.Get, At("/v2/"));
        (HttpResponseMessage response, Uri? asker) = await SendOnceAsync(request, cancellation).ConfigureAwait(false);
        using HttpResponseMessage first = response;
        if ((int)response.StatusCode >= 500)
        {
            throw await RegistryErrors.FromAsync(response, image, writing: false, cancellation).ConfigureAwait(false);
        }

        if (response.StatusCode != HttpStatusCode.Unauthorized || !withCredentials || asker is null
            || !await AnswerAsync(request, asker, response, null, cancellation).ConfigureAwait(false))
        {
            return response.StatusCode;
        }

        using HttpResponseMessage second = (await SendOnceAsync(request, cancellation).ConfigureAwait(false)).Response;
        return second.StatusCode;
    }

    /// <summary>Sends a request that must succeed; gets credentials once if required.</summary>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellation)
    {
        for (bool answered = false; ; answered = true)
        {
            AuthenticationHeaderValue? sent = tokens.HeaderFor(request.Address);
            (HttpResponseMessage response, Uri? asker) = await SendOnceAsync(request, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || request.Expected.Contains(response.StatusCode))
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && asker is null)
                {
                    throw QuaiException.System($"{RegistryErrors.Verb(request.Method)} \"{request.Address}\": {Shown(response.RequestMessage!.RequestUri!)} asks for credentials, which are sent to {tokens.Registry} itself only");
                }

                if (response.StatusCode == HttpStatusCode.Unauthorized && !answered && await AnswerAsync(request, asker!, response, sent, cancellation).ConfigureAwait(false))
                {
                    continue;
                }

                throw await RegistryErrors.FromAsync(response, image, request.Writes, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Runs an operation, and retries it after transient failures.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> work, Action<TimeSpan>? retrying, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (TransientRegistryException e) when (attempt < options.MaxDownloadAttempts)
            {
                await WaitAsync(attempt, e, retrying, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before another attempt: as long as the registry asks for, or longer with every attempt.</summary>
    /// <exception cref="TransientRegistryException">The failure, if the registry asks for a longer wait than allowed.</exception>
    public Task WaitAsync(int attempt, TransientRegistryException failure, Action<TimeSpan>? retrying, CancellationToken cancellation)
    {
        TimeSpan wait = failure.RetryAfter is { } asked && asked >= TimeSpan.Zero ? asked : options.RetryDelay * attempt;
        if (wait > options.MaxRetryAfter)
        {
            throw QuaiException.System($"{failure.Message} (the registry asks to come again in {(long)wait.TotalSeconds} seconds)", failure);
        }

        retrying?.Invoke(wait);
        return Task.Delay(wait, time, cancellation);
    }

    /// <summary>Whether something failed because of the connection, and not because the caller cancelled.</summary>
    public static bool IsCut(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    /// <summary>Reads a whole body that must not be large.</summary>
    public async Task<byte[]> ReadBodyAsync(Uri uri, HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(options.StallTimeout);
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            int count;
            while ((count = await stream.ReadAsync(buffer, stalled.Token).ConfigureAwait(false)) > 0)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > limit)
                {
                    throw QuaiException.Invalid($"the manifest at {uri} is larger than {limit >> 20} MiB");
                }
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (IsCut(e, cancellation))
        {
            throw new TransientRegistryException($"Get \"{uri}\": unexpected EOF", null, e);
        }
    }

    private async Task<bool> AnswerAsync(RegistryRequest request, Uri asker, HttpResponseMessage response, AuthenticationHeaderValue? sent, CancellationToken cancellation)
    {
        List<Challenge> challenges = response.Headers.TryGetValues("WWW-Authenticate", out IEnumerable<string>? values) ? Challenge.Parse(values) : [];
        try
        {
            return await tokens.AnswerAsync(asker, challenges, sent, cancellation).ConfigureAwait(false);
        }
        catch (NoCredentialsException e)
        {
            throw QuaiException.System(request.Writes ? e.Message : $"Get \"{request.Address}\": {e.Message}", e);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.Unauthorized && image is not null)
        {
            throw request.Writes ? QuaiException.System(e.Message, e) : RegistryErrors.Denied(image, e.Message);
        }
    }

    /// <summary>
    /// Sends one request and follows redirects. Credentials are sent as long as every address so far is the registry's own: once it has sent us elsewhere, no
    /// later redirect brings them back, wherever it leads.
    /// </summary>
    /// <returns>The response, and the asker if it asks for credentials: null if that is not the registry.</returns>
    private async Task<(HttpResponseMessage Response, Uri? Asker)> SendOnceAsync(RegistryRequest request, CancellationToken cancellation)
    {
        Uri current = request.Address;
        bool own = true;
        for (int redirects = 0; ; redirects++)
        {
            if (!tokens.Authority.MaySend(current))
            {
                throw Refused(request, current, "it is not HTTPS");
            }

            own &= tokens.Authority.Covers(current);
            HttpResponseMessage response = await SendToAsync(request, current, own, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return (response, own ? current : null);
            }

            response.Dispose();
            current = new Uri(current, location);
            if (redirects == MaxRedirects)
            {
                throw Refused(request, current, $"stopped after {MaxRedirects} redirects");
            }
        }
    }

    private static QuaiException Refused(RegistryRequest request, Uri address, string why) =>
        QuaiException.System(address == request.Address
            ? $"{RegistryErrors.Verb(request.Method)} \"{Shown(address)}\" refused: {why}"
            : $"{RegistryErrors.Verb(request.Method)} \"{request.Address}\": redirect to {Shown(address)} refused: {why}");

    private async Task<HttpResponseMessage> SendToAsync(RegistryRequest request, Uri address, bool own, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(options.StallTimeout);
        using var message = new HttpRequestMessage(request.Method, address);
        foreach (string type in request.Accept)
        {
            message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        if (request.From is { } offset)
        {
            message.Headers.Range = new RangeHeaderValue(offset, null);
        }

        message.Headers.Authorization = own ? tokens.HeaderFor(address) : null;

        if (request.Content is { } content)
        {
            message.Content = content(all => Delay(stalled, all ? options.StallTimeout * ThinkingFactor : options.StallTimeout));
        }

        try
        {
            return await (own ? transport.Own : transport.Elsewhere).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stalled.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsCut(e, cancellation))
        {
            throw RegistryErrors.Unreachable(message.Method, address == request.Address ? address : Shown(address), e);
        }
    }

    /// <summary>An address that we were redirected to, without its query: that may be signed, and thus be a key.</summary>
    private static Uri Shown(Uri address) => new(address.GetLeftPart(UriPartial.Path));

    private static void Delay(CancellationTokenSource source, TimeSpan time)
    {
        try
        {
            source.CancelAfter(time);
        }
        catch (ObjectDisposedException)
        {
            // The answer came before the body was sent: do not wait for it any more.
        }
    }
}
