using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Objects;

/// <summary>Speaks with a store of objects: S3, or another that speaks as it does.</summary>
/// <param name="http">Sends requests.</param>
/// <param name="settings">Where it is.</param>
/// <param name="time">The clock, which signatures need.</param>
internal sealed class ObjectClient(CacheHttp http, ObjectSettings settings, TimeProvider time)
{
    /// <summary>The largest object that is written, in bytes: a larger one would have to be sent in parts.</summary>
    public const long Largest = 5L << 30;

    private const int LargestError = 1 << 16;
    private const string MissingKey = "NoSuchKey", CodeStart = "<Code>";
    private static readonly string s_emptyHash = Convert.ToHexStringLower(SHA256.HashData([]));
    private static readonly UriCreationOptions s_asItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly RequestSignature _signature = new(settings.Key, settings.Region, "s3");

    /// <summary>What is known of an object; null where there is none.</summary>
    /// <exception cref="QuaiException">The store cannot be reached, or refuses.</exception>
    public async Task<ObjectStatus?> FindAsync(string name, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await SendAsync(() => Request(HttpMethod.Head, name), s_emptyHash, cancellation).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.NotFound ? null
            : response.IsSuccessStatusCode ? new ObjectStatus(response.Content.Headers.ContentLength ?? -1, response.Content.Headers.LastModified)
            : throw CacheHttp.Failure(response);
    }

    /// <summary>Has an object sent; null where there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="offset">Where in it to begin.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">The store cannot be reached, or refuses.</exception>
    public async Task<OpenedBlob?> OpenAsync(string name, long offset, CancellationToken cancellation)
    {
        HttpResponseMessage response = await SendAsync(
            () =>
            {
                HttpRequestMessage request = Request(HttpMethod.Get, name);
                request.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
                return request;
            },
            s_emptyHash,
            cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                string code = await CodeAsync(response, cancellation).ConfigureAwait(false);
                return response.StatusCode == HttpStatusCode.NotFound && code is MissingKey or "" ? null : throw CacheHttp.Failure(response, code);
            }
        }

        return await OpenedBlob.OfAsync(response, offset, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes an object, which is there when all of it was sent.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="source">Its content.</param>
    /// <param name="contentHash">The SHA-256 of its content, or <see cref="RequestSignature.Unsigned"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">The store cannot be reached, or refuses; or it is too large.</exception>
    public async Task WriteAsync(string name, UploadSource source, string contentHash, CancellationToken cancellation)
    {
        if (source.Length > Largest)
        {
            throw new QuaiException(ErrorKind.NotImplemented, $"{name} has {source.Length} bytes, and more than {Largest} cannot be sent to an s3 cache in this version of Quai");
        }

        using HttpResponseMessage response = await SendAsync(
            () =>
            {
                HttpRequestMessage request = Request(HttpMethod.Put, name);
                request.Content = source.All();
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                return request;
            },
            contentHash,
            cancellation).ConfigureAwait(false);
        await ExpectAsync(response, cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes an object young again, by a copy of it onto itself.</summary>
    /// <exception cref="QuaiException">The store cannot be reached, or refuses.</exception>
    public async Task TouchAsync(string name, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await SendAsync(
            () =>
            {
                HttpRequestMessage request = Request(HttpMethod.Put, name);
                request.Content = new ByteArrayContent([]);
                request.Headers.TryAddWithoutValidation("x-amz-copy-source", $"/{ObjectNames.Encode(settings.Bucket)}/{ObjectNames.Encode(name)}");

                // A copy onto itself must change something.
                request.Headers.TryAddWithoutValidation("x-amz-metadata-directive", "REPLACE");
                request.Headers.TryAddWithoutValidation("x-amz-meta-updated-at", time.GetUtcNow().ToString("O"));
                return request;
            },
            s_emptyHash,
            cancellation).ConfigureAwait(false);
        await ExpectAsync(response, cancellation).ConfigureAwait(false);

        // A copy that fails on the way is told of behind a status that says that it has begun well.
        if (await CodeAsync(response, cancellation).ConfigureAwait(false) is { Length: > 0 } code)
        {
            throw CacheHttp.Failure(response, code);
        }
    }

    private static async Task ExpectAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw CacheHttp.Failure(response, await CodeAsync(response, cancellation).ConfigureAwait(false));
        }
    }

    /// <summary>What an answer that is an error calls it; empty where it is none, or none that can be read.</summary>
    private static async Task<string> CodeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return CodeOf(Encoding.UTF8.GetString(await BlobReceipt.ReadAsync(response, LargestError, "the answer", cancellation).ConfigureAwait(false)));
        }
        catch (QuaiException)
        {
            return "";
        }
    }

    /// <summary>The code in an <c>Error</c> document: so little of it is needed that reading XML is not worth its weight.</summary>
    private static string CodeOf(string text)
    {
        ReadOnlySpan<char> document = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (document.StartsWith("<?") && document.IndexOf("?>") is var declaration and > 0)
        {
            document = document[(declaration + 2)..].TrimStart();
        }

        int start = document.IndexOf(CodeStart), end = document.IndexOf("</Code>");
        return document.StartsWith("<Error") && start > 0 && end > start ? document[(start + CodeStart.Length)..end].ToString() : "";
    }

    private HttpRequestMessage Request(HttpMethod method, string name) => new(method, new Uri(settings.Root + ObjectNames.Encode(name), s_asItIs));

    private Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string contentHash, CancellationToken cancellation) => http.SendAsync(
        () =>
        {
            HttpRequestMessage request = make();
            request.Headers.TryAddWithoutValidation("User-Agent", "quai");
            _signature.Sign(request, contentHash, time.GetUtcNow());
            return request;
        },
        cancellation,
        settings.Attempts);
}
