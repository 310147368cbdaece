using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Registry;

/// <summary>One repository at one registry (OCI distribution specification): manifests and lists; blobs are in the other parts.</summary>
internal sealed partial class RegistryRepository(RegistrySession session, ImageReference image)
{
    private const int MaxListSize = 4 << 20;

    /// <summary>A manifest or index as the registry has it.</summary>
    public sealed record FetchedManifest(byte[] Bytes, string MediaType, Digest Digest);

    public RegistryEndpoint Endpoint => session.Endpoint;

    /// <summary>Fetches a manifest by tag or digest.</summary>
    public Task<FetchedManifest> GetManifestAsync(string reference, CancellationToken cancellation) => session.RetryAsync(
        async () =>
        {
            Uri uri = session.At($"/v2/{image.Path}/manifests/{reference}");
            using HttpResponseMessage response = await session.SendAsync(new RegistryRequest(HttpMethod.Get, uri) { Accept = MediaTypes.Manifests }, cancellation).ConfigureAwait(false);
            byte[] bytes = await session.ReadBodyAsync(uri, response, ImageJson.MaxManifestSize, cancellation).ConfigureAwait(false);
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
        null,
        cancellation);

    /// <summary>
    /// What a tag stands for, without fetching it: registries that count pulls do not count this. Null when the registry does not say;
    /// the reason is then told by <see cref="GetManifestAsync(string, CancellationToken)"/>.
    /// </summary>
    public async Task<Digest?> FindAsync(string tag, CancellationToken cancellation)
    {
        try
        {
            var request = new RegistryRequest(HttpMethod.Head, session.At($"/v2/{image.Path}/manifests/{tag}")) { Accept = MediaTypes.Manifests };
            using HttpResponseMessage response = await session.SendAsync(request, cancellation).ConfigureAwait(false);
            return response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? said) && Digest.TryParse(said.First(), out Digest digest) ? digest : null;
        }
        catch (QuaiException)
        {
            return null;
        }
    }

    /// <summary>Puts a manifest or index under a tag or its digest. All that it names must be there.</summary>
    public Task PutManifestAsync(string reference, byte[] bytes, string mediaType, CancellationToken cancellation) => session.RetryAsync(
        async () =>
        {
            var request = new RegistryRequest(HttpMethod.Put, session.At($"/v2/{image.Path}/manifests/{reference}"))
            {
                Writes = true,
                Content = _ => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
            };
            using HttpResponseMessage response = await session.SendAsync(request, cancellation).ConfigureAwait(false);
            return true;
        },
        null,
        cancellation);

    /// <summary>All tags, in the registry's order.</summary>
    public async Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellation)
    {
        List<string> tags = [];
        Uri? next = session.At($"/v2/{image.Path}/tags/list");
        while (next is not null)
        {
            (JsonDocument json, Uri? following) = await GetListAsync(next, [], cancellation).ConfigureAwait(false);
            using (json)
            {
                if (json.RootElement.TryGetProperty("tags", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
                {
                    tags.AddRange(list.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!).Where(t => ImageReference.IsTag(t)));
                }
            }

            // A registry that links to where we are would never end.
            next = following == next ? null : following;
        }

        return tags;
    }

    /// <summary>
    /// What refers to a manifest: signatures, bills of materials and other artifacts (specification, "Listing Referrers"); of a registry that has no such
    /// list, what the index under the tag <c>ALGORITHM-HEX</c> says.
    /// </summary>
    /// <param name="subject">The manifest's digest.</param>
    /// <param name="artifactType">Only of this type; null for all.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<IReadOnlyList<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellation)
    {
        List<Descriptor> found = [];
        Uri? next = session.At($"/v2/{image.Path}/referrers/{subject}{(artifactType is null ? "" : "?artifactType=" + Uri.EscapeDataString(artifactType))}");
        while (next is not null)
        {
            using HttpResponseMessage? response = await session.RetryAsync(
                async () =>
                {
                    var request = new RegistryRequest(HttpMethod.Get, next) { Accept = [MediaTypes.OciIndex], Expected = [HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed] };
                    return await session.SendAsync(request, cancellation).ConfigureAwait(false);
                },
                null,
                cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != MediaTypes.OciIndex)
            {
                found = await ReferrersByTagAsync(subject, cancellation).ConfigureAwait(false);
                break;
            }

            byte[] bytes = await session.ReadBodyAsync(next, response, MaxListSize, cancellation).ConfigureAwait(false);
            found.AddRange(ImageJson.ReadIndex(bytes).Manifests!);
            Uri? following = Next(next, response);
            next = following == next ? null : following;
        }

        // The registry may leave choosing to its clients.
        return artifactType is null ? found : found.FindAll(d => d.ArtifactType == artifactType);
    }

    /// <summary>
    /// Puts a manifest that has a subject. Where the registry does not list referrers itself, the index under the subject's tag is brought up to date
    /// (specification, "Pushing Manifests with Subject").
    /// </summary>
    public async Task PutReferrerAsync(Digest subject, Descriptor descriptor, byte[] bytes, CancellationToken cancellation)
    {
        bool listed = await session.RetryAsync(
            async () =>
            {
                var request = new RegistryRequest(HttpMethod.Put, session.At($"/v2/{image.Path}/manifests/{descriptor.Digest}"))
                {
                    Writes = true,
                    Content = _ => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(descriptor.MediaType!) } },
                };
                using HttpResponseMessage response = await session.SendAsync(request, cancellation).ConfigureAwait(false);
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

    private Task<(JsonDocument Json, Uri? Next)> GetListAsync(Uri uri, IReadOnlyList<string> accept, CancellationToken cancellation) => session.RetryAsync(
        async () =>
        {
            using HttpResponseMessage response = await session.SendAsync(new RegistryRequest(HttpMethod.Get, uri) { Accept = accept }, cancellation).ConfigureAwait(false);
            byte[] bytes = await session.ReadBodyAsync(uri, response, MaxListSize, cancellation).ConfigureAwait(false);
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

    /// <summary>The next page, as <c>Link: &lt;…&gt;; rel="next"</c> names it (RFC 5988).</summary>
    private static Uri? Next(Uri current, HttpResponseMessage response)
    {
        foreach (string link in response.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links : [])
        {
            int open = link.IndexOf('<', StringComparison.Ordinal);
            int close = link.IndexOf('>', StringComparison.Ordinal);
            if (open >= 0 && close > open && link.AsSpan(close).Contains("next", StringComparison.OrdinalIgnoreCase)
                && Uri.TryCreate(current, link[(open + 1)..close], out Uri? next) && next.Authority == current.Authority)
            {
                return next;
            }
        }

        return null;
    }
}
