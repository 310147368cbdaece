using System.Net;
using System.Net.Http.Headers;
using Quai.Errors;
using Quai.Images.Content;
using Quai.Oci.Images;

namespace Quai.Images.Registry;

/// <summary>One repository at one registry: fetches manifests and blobs, verified by their digests.</summary>
internal sealed class RegistryRepository(HttpClient client, RegistryEndpoint endpoint, ImageReference image, TokenSource tokens, ImageStoreOptions options)
{
    private const int MaxRedirects = 10;
    private const int BufferSize = 128 * 1024;

    /// <summary>A manifest or index as the registry has it.</summary>
    public sealed record FetchedManifest(byte[] Bytes, string MediaType, Digest Digest);

    /// <summary>Asks whether a registry is there, and gets credentials if it wants some.</summary>
    public async Task PingAsync(CancellationToken cancellation)
    {
        var uri = new Uri(endpoint.Address, "/v2/");
        using HttpResponseMessage response = await SendOnceAsync(uri, null, null, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            await AnswerAsync(uri, response, null, cancellation).ConfigureAwait(false);
        }
        else if ((int)response.StatusCode >= 500)
        {
            throw await RegistryErrors.FromAsync(response, image, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Fetches a manifest by tag or digest.</summary>
    public Task<FetchedManifest> GetManifestAsync(string reference, CancellationToken cancellation) => RetryAsync(
        async () =>
        {
            var uri = new Uri(endpoint.Address, $"/v2/{image.Path}/manifests/{reference}");
            using HttpResponseMessage response = await SendAsync(uri, MediaTypes.Manifests, null, cancellation).ConfigureAwait(false);
            byte[] bytes = await ReadBodyAsync(uri, response, ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
            Digest digest;
            if (Digest.TryParse(reference, out Digest wanted))
            {
                digest = wanted.Matches(bytes) ? wanted : throw QuaiException.System($"manifest verification failed for digest {wanted}");
            }
            else
            {
                digest = Digest.Of(bytes);
                if (response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? said)
                    && Digest.TryParse(said.First(), out Digest claimed))
                {
                    digest = claimed.Matches(bytes) ? claimed : throw QuaiException.System($"manifest verification failed for digest {claimed}");
                }
            }

            string? mediaType = response.Content.Headers.ContentType?.MediaType;
            return new FetchedManifest(bytes, MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType) ? mediaType! : ImageJson.DetectMediaType(bytes), digest);
        },
        cancellation);

    /// <summary>Downloads a blob into an ingest file; goes on where a cut connection left off.</summary>
    /// <param name="blob">What to download.</param>
    /// <param name="file">Where to; emptied first.</param>
    /// <param name="progress">Told the bytes there are so far.</param>
    /// <param name="retrying">Told the wait before another try.</param>
    /// <param name="cancellation">Stops the download.</param>
    public async Task DownloadAsync(Descriptor blob, IngestFile file, Action<long> progress, Action<TimeSpan> retrying, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(blob.Digest);
        file.Reset(digest.AlgorithmName);
        var uri = new Uri(endpoint.Address, $"/v2/{image.Path}/blobs/{digest}");
        long before = 0;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await DownloadOnceAsync(uri, blob, file, progress, cancellation).ConfigureAwait(false);
                return;
            }
            catch (TransientRegistryException e)
            {
                // A try that got further is no failure of its own.
                attempt = file.Length > before ? 1 : attempt;
                before = file.Length;
                if (attempt >= options.MaxDownloadAttempts)
                {
                    throw;
                }

                await WaitAsync(attempt, e, retrying, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task DownloadOnceAsync(Uri uri, Descriptor blob, IngestFile file, Action<long> progress, CancellationToken cancellation)
    {
        long offset = file.Length;
        if (offset == blob.Size && offset > 0)
        {
            return;
        }

        using HttpResponseMessage response = await SendAsync(uri, null, offset > 0 ? offset : null, cancellation).ConfigureAwait(false);
        if (offset > 0 && (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != offset))
        {
            file.Reset(Digest.Parse(blob.Digest).AlgorithmName);
        }

        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            while (true)
            {
                stalled.CancelAfter(options.StallTimeout);
                int count = await stream.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                if (file.Length + count > blob.Size)
                {
                    throw QuaiException.System($"filesystem layer verification failed for digest {blob.Digest}: it is larger than the {blob.Size} bytes that the manifest says");
                }

                file.Write(buffer.AsSpan(0, count));
                progress(file.Length);
            }
        }
        catch (Exception e) when (IsCut(e, cancellation))
        {
            throw new TransientRegistryException($"Get \"{uri}\": the connection was cut after {file.Length} of {blob.Size} bytes: unexpected EOF", null, e);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        if (file.Length < blob.Size)
        {
            throw new TransientRegistryException($"Get \"{uri}\": the connection was cut after {file.Length} of {blob.Size} bytes: unexpected EOF");
        }
    }

    private static bool IsCut(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (TransientRegistryException e) when (attempt < options.MaxDownloadAttempts)
            {
                await WaitAsync(attempt, e, static _ => { }, cancellation).ConfigureAwait(false);
            }
        }
    }

    private Task WaitAsync(int attempt, TransientRegistryException failure, Action<TimeSpan> retrying, CancellationToken cancellation)
    {
        TimeSpan longest = options.StallTimeout;
        TimeSpan wait = failure.RetryAfter is { } asked && asked >= TimeSpan.Zero ? asked : options.RetryDelay * attempt;
        wait = wait < longest ? wait : longest;
        retrying(wait);
        return Task.Delay(wait, options.Time, cancellation);
    }

    /// <summary>Sends a GET that must succeed; asks for credentials once if they are wanted.</summary>
    private async Task<HttpResponseMessage> SendAsync(Uri uri, IReadOnlyList<string>? accept, long? from, CancellationToken cancellation)
    {
        for (bool answered = false; ; answered = true)
        {
            AuthenticationHeaderValue? sent = tokens.Header;
            HttpResponseMessage response = await SendOnceAsync(uri, accept, from, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && !answered && await AnswerAsync(uri, response, sent, cancellation).ConfigureAwait(false))
                {
                    continue;
                }

                throw await RegistryErrors.FromAsync(response, image, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> AnswerAsync(Uri uri, HttpResponseMessage response, AuthenticationHeaderValue? sent, CancellationToken cancellation)
    {
        List<Challenge> challenges = response.Headers.TryGetValues("WWW-Authenticate", out IEnumerable<string>? values) ? Challenge.Parse(values) : [];
        try
        {
            return await tokens.AnswerAsync(challenges, sent, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e) when (e.Message == "no basic auth credentials")
        {
            throw QuaiException.System($"Get \"{uri}\": {e.Message}", e);
        }
    }

    /// <summary>Sends one GET and follows redirects; credentials go to the registry's own host and port alone.</summary>
    private async Task<HttpResponseMessage> SendOnceAsync(Uri uri, IReadOnlyList<string>? accept, long? from, CancellationToken cancellation)
    {
        Uri current = uri;
        for (int redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, current);
            foreach (string type in accept ?? [])
            {
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
            }

            if (from is { } offset)
            {
                request.Headers.Range = new RangeHeaderValue(offset, null);
            }

            if (current.Authority == endpoint.Address.Authority && current.Scheme == endpoint.Address.Scheme)
            {
                request.Headers.Authorization = tokens.Header;
            }

            HttpResponseMessage response = await SendRequestAsync(request, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            current = new Uri(current, location);
            if (redirects == MaxRedirects || current.Scheme is not ("https" or "http") || (current.Scheme == "http" && endpoint.Address.Scheme == "https"))
            {
                throw QuaiException.System($"Get \"{uri}\": redirect to {current} refused: {(redirects == MaxRedirects ? $"stopped after {MaxRedirects} redirects" : "it is not HTTPS")}");
            }
        }
    }

    private async Task<HttpResponseMessage> SendRequestAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(options.StallTimeout);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stalled.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsCut(e, cancellation))
        {
            QuaiException failure = RegistryErrors.Unreachable(request.Method, request.RequestUri!, e);

            // A connection that was made and then lost is worth another try.
            throw e is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.Unknown } or IOException
                ? new TransientRegistryException(failure.Message, null, e)
                : failure;
        }
    }

    private async Task<byte[]> ReadBodyAsync(Uri uri, HttpResponseMessage response, int limit, CancellationToken cancellation)
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
}
