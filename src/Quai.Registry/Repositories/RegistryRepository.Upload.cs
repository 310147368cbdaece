using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Transport;

namespace Quai.Registry.Repositories;

public sealed partial class RegistryRepository
{
    /// <summary>Whether the registry has a blob in this repository.</summary>
    public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellation) => _session.RetryAsync(
        async () =>
        {
            var request = new RegistryRequest(HttpMethod.Head, _session.At($"/v2/{_image.Path}/blobs/{digest}")) { Writes = true, Expected = [HttpStatusCode.NotFound] };
            using HttpResponseMessage response = await _session.SendAsync(request, cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        },
        null,
        cancellation);

    /// <summary>Asks the registry to mount a blob from another of its repositories.</summary>
    /// <returns>
    /// Whether it did. It need not, and gives no reason if we may not read the other repository; it may have begun an upload instead, which can be continued.
    /// </returns>
    public async Task<(bool Mounted, Uri? Begun)> MountAsync(Digest digest, string from, CancellationToken cancellation)
    {
        Uri uri = _session.At($"/v2/{_image.Path}/blobs/uploads/?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(from)}");
        var request = new RegistryRequest(HttpMethod.Post, uri) { Writes = true, Content = static _ => new ByteArrayContent([]), Expected = [HttpStatusCode.NotFound, HttpStatusCode.Forbidden, HttpStatusCode.MethodNotAllowed] };
        using HttpResponseMessage response = await _session.RetryAsync(() => _session.SendAsync(request, cancellation), null, cancellation).ConfigureAwait(false);
        return (response.StatusCode == HttpStatusCode.Created, response.StatusCode == HttpStatusCode.Accepted && response.Headers.Location is { } location ? new Uri(uri, location) : null);
    }

    /// <summary>Uploads a blob: in one piece if it is small, otherwise in chunks; after a lost connection it continues from what the registry has.</summary>
    /// <param name="blob">Digest and size.</param>
    /// <param name="path">The file.</param>
    /// <param name="begun">An upload that the registry has already begun; null for a new one.</param>
    /// <param name="events">Receives progress.</param>
    /// <param name="cancellation">Stops the upload.</param>
    public async Task UploadAsync(Descriptor blob, string path, Uri? begun, TransferEvents events, CancellationToken cancellation)
    {
        var upload = new Upload { Location = begun };
        for (int attempt = 1; ; attempt++)
        {
            long before = upload.Sent;
            try
            {
                await UploadOnceAsync(blob, path, upload, events.Advanced, cancellation).ConfigureAwait(false);
                return;
            }
            catch (TransientRegistryException e)
            {
                await _session.RetryAsync(() => FindOffsetAsync(upload, cancellation), null, cancellation).ConfigureAwait(false);
                attempt = upload.Sent > before && !e.Slow ? 1 : attempt;
                if (attempt >= _session.Options.MaxDownloadAttempts)
                {
                    throw;
                }

                await _session.WaitAsync(attempt, e, events.Retrying, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task UploadOnceAsync(Descriptor blob, string path, Upload upload, Action<long> progress, CancellationToken cancellation)
    {
        if (upload.Location is null)
        {
            var start = new RegistryRequest(HttpMethod.Post, _session.At($"/v2/{_image.Path}/blobs/uploads/")) { Writes = true, Content = static _ => new ByteArrayContent([]) };
            using HttpResponseMessage started = await _session.SendAsync(start, cancellation).ConfigureAwait(false);
            upload.MoveTo(start.Address, started);
            upload.Sent = 0;
            if (started.Headers.TryGetValues("OCI-Chunk-Min-Length", out IEnumerable<string>? least) && long.TryParse(least.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
            {
                upload.ChunkSize = Math.Clamp(bytes, 0, 1L << 31);
            }
        }

        long chunk = Math.Max(_session.Options.UploadChunkSize, upload.ChunkSize);
        bool whole = upload.Sent == 0 && blob.Size <= chunk;
        while (!whole && upload.Sent < blob.Size)
        {
            long from = upload.Sent;
            long count = Math.Min(chunk, blob.Size - from);
            var patch = new RegistryRequest(HttpMethod.Patch, upload.Location!)
            {
                Writes = true,
                Content = alive => new FileContent(path, from, count, sent => progress(from + sent), alive) { Headers = { ContentType = Binary } }.WithRange(from, count),
                Expected = [HttpStatusCode.RequestedRangeNotSatisfiable],
            };
            using HttpResponseMessage patched = await _session.SendAsync(patch, cancellation).ConfigureAwait(false);
            if (patched.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                throw new TransientRegistryException($"Patch \"{upload.Location}\": the registry has another part of blob {blob.Digest} than was sent");
            }

            upload.MoveTo(patch.Address, patched);
            upload.Sent = from + count;
        }

        Uri location = upload.Location!;
        var end = new RegistryRequest(HttpMethod.Put, new Uri(location + (location.Query.Length > 0 ? "&" : "?") + "digest=" + Uri.EscapeDataString(blob.Digest)))
        {
            Writes = true,
            Content = alive => whole
                ? new FileContent(path, 0, blob.Size, progress, alive) { Headers = { ContentType = Binary } }
                : new ByteArrayContent([]) { Headers = { ContentType = Binary } },
        };
        using HttpResponseMessage ended = await _session.SendAsync(end, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks how much the registry has received; an upload that it no longer knows starts over.</summary>
    private async Task<bool> FindOffsetAsync(Upload upload, CancellationToken cancellation)
    {
        if (upload.Location is null)
        {
            return false;
        }

        try
        {
            var request = new RegistryRequest(HttpMethod.Get, upload.Location) { Writes = true };
            using HttpResponseMessage response = await _session.SendAsync(request, cancellation).ConfigureAwait(false);
            string range = response.Headers.TryGetValues("Range", out IEnumerable<string>? ranges) ? ranges.First() : "";
            upload.MoveTo(request.Address, response);

            // Registries answer "0-0" for one byte as well as for none: it is taken as none, which is never wrong for an upload that starts over.
            if (long.TryParse(range[(range.IndexOf('-', StringComparison.Ordinal) + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long last) && last > 0)
            {
                upload.Sent = last + 1;
                return true;
            }
        }
        catch (QuaiException e) when (e is not TransientRegistryException)
        {
            // Gone, or from a registry that does not say.
        }

        upload.Location = null;
        upload.Sent = 0;
        return false;
    }

    private static MediaTypeHeaderValue Binary => new("application/octet-stream");

    /// <summary>An upload in progress.</summary>
    private sealed class Upload
    {
        /// <summary>Where to send the next part; changes with each answer.</summary>
        public Uri? Location { get; set; }

        /// <summary>Bytes that the registry has.</summary>
        public long Sent { get; set; }

        /// <summary>The smallest chunk that the registry accepts.</summary>
        public long ChunkSize { get; set; }

        public void MoveTo(Uri asked, HttpResponseMessage response)
        {
            if (response.Headers.Location is { } location)
            {
                Location = new Uri(asked, location);
            }
            else
            {
                Location ??= asked;
            }
        }
    }
}
