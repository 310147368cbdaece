using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Authentication;
using Quai.Registry.Transport;

namespace Quai.Registry.Repositories;

/// <summary>One repository at one registry (OCI distribution specification): manifests and lists; blobs are in the other parts.</summary>
public sealed partial class RegistryRepository
{
    private const int MaxListSize = 4 << 20;
    private const int MaxTags = 1_000_000;

    /// <summary>Maximum number of tags or referrers accepted: a registry could send links to further pages for ever.</summary>
    private const int MaxListed = 500_000;

    private const int MaxPages = 10_000;

    private readonly RegistrySession _session;
    private readonly ImageReference _image;

    internal RegistryRepository(RegistrySession session, ImageReference image)
    {
        _session = session;
        _image = image;
    }

    /// <summary>Fetches a manifest by tag or digest.</summary>
    /// <param name="reference">Tag or digest.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <param name="mediaType">The media type given by the index that lists it; null for none.</param>
    /// <exception cref="QuaiException">It cannot be fetched, or does not match its digest or its media type.</exception>
    public Task<FetchedManifest> GetManifestAsync(string reference, CancellationToken cancellation, string? mediaType = null) => _session.RetryAsync(
        async () =>
        {
            Uri uri = _session.At($"/v2/{_image.Path}/manifests/{reference}");
            using HttpResponseMessage response = await _session.SendAsync(new RegistryRequest(HttpMethod.Get, uri) { Accept = MediaTypes.Manifests }, cancellation).ConfigureAwait(false);
            byte[] bytes = await _session.ReadBodyAsync(uri, response, ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
            Digest digest;
            if (Digest.TryParse(reference, out Digest wanted))
            {
                digest = wanted.Matches(bytes) ? wanted : throw QuaiException.System($"manifest verification failed for digest {wanted}");
            }
            else
            {
                digest = Digest.Of(bytes);
                if (response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? digests)
                    && Digest.TryParse(digests.First(), out Digest claimed))
                {
                    digest = claimed.Matches(bytes) ? claimed : throw QuaiException.System($"manifest verification failed for digest {claimed}");
                }
            }

            string? said = response.Content.Headers.ContentType?.MediaType;
            string type = ImageJson.DetectMediaType(bytes, MediaTypes.IsGeneric(said) ? mediaType : said);
            return MediaTypes.IsGeneric(mediaType) || mediaType == type
                ? new FetchedManifest(bytes, type, digest)
                : throw QuaiException.Invalid($"manifest {digest} is listed as {mediaType} but is {type}");
        },
        null,
        cancellation);

    /// <summary>
    /// What a tag stands for, without fetching it: registries that count pulls do not count this. Null if the registry does not say;
    /// <see cref="GetManifestAsync(string, CancellationToken, string?)"/> then reports the reason.
    /// </summary>
    public async Task<Digest?> FindAsync(string tag, CancellationToken cancellation)
    {
        try
        {
            var request = new RegistryRequest(HttpMethod.Head, _session.At($"/v2/{_image.Path}/manifests/{tag}")) { Accept = MediaTypes.Manifests };
            using HttpResponseMessage response = await _session.SendAsync(request, cancellation).ConfigureAwait(false);
            return response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? said) && Digest.TryParse(said.First(), out Digest digest) ? digest : null;
        }
        catch (QuaiException)
        {
            return null;
        }
    }

    /// <summary>Pushes a manifest or index under a tag or its digest. Everything it names must already be there.</summary>
    public Task PutManifestAsync(string reference, byte[] bytes, string mediaType, CancellationToken cancellation) => _session.RetryAsync(
        async () =>
        {
            var request = new RegistryRequest(HttpMethod.Put, _session.At($"/v2/{_image.Path}/manifests/{reference}"))
            {
                Writes = true,
                Content = _ => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
            };
            using HttpResponseMessage response = await _session.SendAsync(request, cancellation).ConfigureAwait(false);
            return true;
        },
        null,
        cancellation);

    /// <summary>All tags, in the registry's order.</summary>
    public async Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellation)
    {
        List<string> tags = [];
        int pages = 0;
        Uri? next = _session.At($"/v2/{_image.Path}/tags/list");
        for (int page = 0; next is not null; page++)
        {
            CheckPage(page, tags.Count, "tags");
            (JsonDocument json, Uri? following) = await GetListAsync(next, [], cancellation).ConfigureAwait(false);
            using (json)
            {
                try
                {
                    if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("tags", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
                    {
                        tags.AddRange(list.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!).Where(t => ImageReference.IsTag(t)));
                    }
                }
                catch (InvalidOperationException e)
                {
                    throw QuaiException.System($"Get \"{next}\": the answer has text that is no Unicode: {e.Message}", e);
                }
            }

            // A registry that links to the current page would never end, nor one that always has a next page.
            next = following == next ? null : following;
            if (++pages + tags.Count > MaxTags)
            {
                throw QuaiException.System($"Get \"{_session.At($"/v2/{_image.Path}/tags/list")}\": the registry lists more than {MaxTags} tags");
            }
        }

        return tags;
    }

    /// <summary>
    /// What refers to a manifest: signatures, bills of materials and other artifacts (specification, "Listing Referrers"). If a registry has no such
    /// list, the index under the tag <c>ALGORITHM-HEX</c> is used.
    /// </summary>
    /// <param name="subject">The manifest's digest.</param>
    /// <param name="artifactType">Only of this type; null for all.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<IReadOnlyList<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellation)
    {
        List<Descriptor> found = [];
        int pages = 0;
        Uri? next = _session.At($"/v2/{_image.Path}/referrers/{subject}{(artifactType is null ? "" : "?artifactType=" + Uri.EscapeDataString(artifactType))}");
        for (int page = 0; next is not null; page++)
        {
            CheckPage(page, found.Count, "referrers");
            using HttpResponseMessage? response = await _session.RetryAsync(
                async () =>
                {
                    var request = new RegistryRequest(HttpMethod.Get, next) { Accept = [MediaTypes.OciIndex], Expected = [HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed] };
                    return await _session.SendAsync(request, cancellation).ConfigureAwait(false);
                },
                null,
                cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != MediaTypes.OciIndex)
            {
                found = await ReferrersByTagAsync(subject, cancellation).ConfigureAwait(false);
                break;
            }

            byte[] bytes = await _session.ReadBodyAsync(next, response, MaxListSize, cancellation).ConfigureAwait(false);
            found.AddRange(ImageJson.ReadIndex(bytes).Manifests!);
            Uri? following = Next(next, response);
            next = following == next ? null : following;
            if (++pages + found.Count > MaxTags)
            {
                throw QuaiException.System($"Get \"{_session.At($"/v2/{_image.Path}/referrers/{subject}")}\": the registry lists more than {MaxTags} referrers");
            }
        }

        // The registry may leave filtering to its clients.
        return artifactType is null ? found : found.FindAll(d => d.ArtifactType == artifactType);
    }

    /// <summary>
    /// Pushes a manifest that has a subject. If the registry does not list referrers itself, the index under the subject's tag is updated
    /// (specification, "Pushing Manifests with Subject").
    /// </summary>
    public async Task PutReferrerAsync(Digest subject, Descriptor descriptor, byte[] bytes, CancellationToken cancellation)
    {
        bool listed = await _session.RetryAsync(
            async () =>
            {
                var request = new RegistryRequest(HttpMethod.Put, _session.At($"/v2/{_image.Path}/manifests/{descriptor.Digest}"))
                {
                    Writes = true,
                    Content = _ => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(descriptor.MediaType!) } },
                };
                using HttpResponseMessage response = await _session.SendAsync(request, cancellation).ConfigureAwait(false);
                return response.Headers.Contains("OCI-Subject");
            },
            null,
            cancellation).ConfigureAwait(false);
        if (!listed)
        {
            List<Descriptor> all = await ReferrersByTagAsync(subject, cancellation).ConfigureAwait(false);
            if (!all.Exists(d => d.Digest == descriptor.Digest))
            {
                var index = new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [.. all, descriptor] };
                await PutManifestAsync($"{subject.Algorithm}-{subject.Hex}", ImageJson.Write(index), MediaTypes.OciIndex, cancellation).ConfigureAwait(false);
            }
        }
    }

    private void CheckPage(int page, int listed, string what)
    {
        if (page == MaxPages || listed > MaxListed)
        {
            throw QuaiException.System($"the registry {_image.Domain} lists more than {MaxListed} {what} of {_image.Path}, or does so on more than {MaxPages} pages");
        }
    }

    private async Task<List<Descriptor>> ReferrersByTagAsync(Digest subject, CancellationToken cancellation)
    {
        try
        {
            FetchedManifest fetched = await GetManifestAsync($"{subject.Algorithm}-{subject.Hex}", cancellation).ConfigureAwait(false);
            return MediaTypes.IsIndex(fetched.MediaType) ? ImageJson.ReadIndex(fetched.Bytes).Manifests! : [];
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return [];
        }
    }

    private Task<(JsonDocument Json, Uri? Next)> GetListAsync(Uri uri, IReadOnlyList<string> accept, CancellationToken cancellation) => _session.RetryAsync(
        async () =>
        {
            using HttpResponseMessage response = await _session.SendAsync(new RegistryRequest(HttpMethod.Get, uri) { Accept = accept }, cancellation).ConfigureAwait(false);
            byte[] bytes = await _session.ReadBodyAsync(uri, response, MaxListSize, cancellation).ConfigureAwait(false);
            try
            {
                return (JsonDocument.Parse(bytes), Next(uri, response));
            }
            catch (JsonException e)
            {
                throw QuaiException.System($"Get \"{uri}\": the answer is no JSON: {e.Message}", e);
            }
        },
        null,
        cancellation);

    /// <summary>The next page, from <c>Link: &lt;…&gt;; rel="next"</c> (RFC 5988).</summary>
    private static Uri? Next(Uri current, HttpResponseMessage response)
    {
        foreach (string link in response.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links : [])
        {
            int open = link.IndexOf('<', StringComparison.Ordinal);
            int close = link.IndexOf('>', StringComparison.Ordinal);
            if (open >= 0 && close > open && link.AsSpan(close).Contains("next", StringComparison.OrdinalIgnoreCase)
                && Uri.TryCreate(current, link[(open + 1)..close], out Uri? next) && Authority.Of(current).Covers(next))
            {
                return next;
            }
        }

        return null;
    }
}
