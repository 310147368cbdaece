using System.Net;
using System.Text.Json;
using Quai.Errors;
using Quai.Registry.Transport;

namespace Quai.Registry;

/// <summary>Searches the index of a registry (<c>/v1/search</c>, which Docker Hub has and few others).</summary>
/// <param name="client">Access to registries.</param>
public sealed class RegistrySearch(RegistryClient client)
{
    private const int MaxAnswer = 4 << 20;
    private const int MaxLimit = 100;

    /// <summary>Searches.</summary>
    /// <param name="term">What to look for; <c>host/term</c> asks another registry.</param>
    /// <param name="limit">Maximum number of results.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <exception cref="QuaiException">The registry has no index, or cannot be reached.</exception>
    public async Task<IReadOnlyList<FoundRepository>> RunAsync(string term, int limit, RegistryAuth? auth, CancellationToken cancellation)
    {
        if (limit is < 1 or > MaxLimit)
        {
            throw QuaiException.Invalid($"limit {limit} is outside the range of [1, {MaxLimit}]");
        }

        if (term.Contains("://", StringComparison.Ordinal))
        {
            throw QuaiException.Invalid($"invalid repository name: repository name ({term}) should not contain a scheme");
        }

        (string registry, string rest) = Split(term);
        IReadOnlyList<RegistryEndpoint> endpoints = registry == "docker.io"
            ? [new RegistryEndpoint(new Uri("https://index.docker.io"), false)]
            : await client.EndpointsAsync(registry, mirrors: false, cancellation).ConfigureAwait(false);
        QuaiException? failure = null;
        foreach (RegistryEndpoint endpoint in endpoints)
        {
            RegistrySession session = client.At(endpoint, registry, auth, offline: false);
            try
            {
                return await AskAsync(session, registry, rest, limit, cancellation).ConfigureAwait(false);
            }
            catch (QuaiException e) when (e is TransientRegistryException || RegistryErrors.IsTls(e.InnerException ?? e))
            {
                failure = e;
            }
        }

        throw QuaiException.System($"registry {registry} cannot be searched: {failure!.Message}", failure);
    }

    private static async Task<IReadOnlyList<FoundRepository>> AskAsync(RegistrySession session, string registry, string term, int limit, CancellationToken cancellation)
    {
        Uri uri = session.At($"/v1/search?q={Uri.EscapeDataString(term)}&n={limit}");
        using HttpResponseMessage response = await session.SendAsync(new RegistryRequest(HttpMethod.Get, uri) { Expected = [HttpStatusCode.NotFound] }, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            throw QuaiException.System($"registry {registry} cannot be searched: it has no index ({uri} answers 404 Not Found)");
        }

        byte[] bytes = await session.ReadBodyAsync(uri, response, MaxAnswer, cancellation).ConfigureAwait(false);
        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes);
            return
            [
                .. json.RootElement.GetProperty("results").EnumerateArray().Select(r => new FoundRepository(
                    Text(r, "name"), Text(r, "description"), r.TryGetProperty("star_count", out JsonElement stars) && stars.TryGetInt32(out int n) ? n : 0, Flag(r, "is_official"), Flag(r, "is_automated"))),
            ];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw QuaiException.System($"registry {registry} cannot be searched: its answer is no list of results: {e.Message}", e);
        }
    }

    /// <summary>As in image names, the part before the first slash is a registry if it looks like a host.</summary>
    private static (string Registry, string Term) Split(string term)
    {
        int slash = term.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : term[..slash];
        bool isHost = first == "localhost" || first.AsSpan().ContainsAny(".:");
        string registry = isHost && first is not ("docker.io" or "index.docker.io") ? first : "docker.io";
        string rest = isHost ? term[(slash + 1)..] : term;
        return (registry, registry == "docker.io" && rest.StartsWith("library/", StringComparison.Ordinal) ? rest["library/".Length..] : rest);
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool Flag(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
