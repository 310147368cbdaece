using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Registry;

/// <summary>Answers a registry's challenges for one repository: Basic, or a Bearer token fetched from the realm the registry names.</summary>
#pragma warning disable CA1001 // a SemaphoreSlim whose wait handle is never asked for holds nothing to dispose
internal sealed class TokenSource(HttpClient client, RegistryAuth? auth, ImageReference image)
#pragma warning restore CA1001
{
    private const int MaxTokenBody = 1 << 20;

    private readonly SemaphoreSlim _fetching = new(1, 1);
    private AuthenticationHeaderValue? _header;

    /// <summary>What to send with requests to the registry itself; null for nothing.</summary>
    public AuthenticationHeaderValue? Header => _header;

    /// <summary>Gets credentials for the challenges; false when there are none to give or they were just refused.</summary>
    /// <param name="challenges">Of the response.</param>
    /// <param name="refused">The header that was sent with the request that got them.</param>
    /// <param name="cancellation">Stops the request for a token.</param>
    public async Task<bool> AnswerAsync(IReadOnlyList<Challenge> challenges, AuthenticationHeaderValue? refused, CancellationToken cancellation)
    {
        await _fetching.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Another download of the same image has got a new one meanwhile.
            if (!ReferenceEquals(_header, refused))
            {
                return true;
            }

            if (challenges.FirstOrDefault(c => c.Scheme == "bearer") is { } bearer)
            {
                string token = auth?.RegistryToken is { Length: > 0 } given && refused is null ? given : await FetchAsync(bearer, cancellation).ConfigureAwait(false);
                _header = new AuthenticationHeaderValue("Bearer", token);
                return true;
            }

            if (challenges.Any(c => c.Scheme == "basic"))
            {
                if (Basic() is not { } basic)
                {
                    throw QuaiException.System("no basic auth credentials");
                }

                _header = basic;
                return refused is null;
            }

            return false;
        }
        finally
        {
            _fetching.Release();
        }
    }

    private AuthenticationHeaderValue? Basic() =>
        auth?.Username is { Length: > 0 } user ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{auth.Password}"))) : null;

    private async Task<string> FetchAsync(Challenge challenge, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("https" or "http"))
        {
            throw QuaiException.System($"the registry {image.Domain} asks for a token from no valid address: {challenge["realm"]}");
        }

        string scope = $"repository:{image.Path}:pull";
        using HttpRequestMessage request = auth?.IdentityToken is { Length: > 0 } identity ? Refresh(realm, challenge, scope, identity) : Ask(realm, challenge, scope);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw await RegistryErrors.FromAsync(response, image, cancellation).ConfigureAwait(false);
            }

            byte[] body = new byte[MaxTokenBody];
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            using JsonDocument json = JsonDocument.Parse(body.AsMemory(0, length));
            foreach (string name in (ReadOnlySpan<string>)["token", "access_token"])
            {
                if (json.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } token)
                {
                    return token;
                }
            }

            throw QuaiException.System($"authorization server did not include a token in the response: {realm}");
        }
        catch (HttpRequestException e)
        {
            throw RegistryErrors.Unreachable(request.Method, realm, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.System($"unable to decode token response of {realm}: {e.Message}", e);
        }
    }

    private HttpRequestMessage Ask(Uri realm, Challenge challenge, string scope)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        Append(query, "account", auth?.Username);
        Append(query, "scope", scope);
        Append(query, "service", challenge["service"]);
        return new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri) { Headers = { Authorization = Basic() } };
    }

    private static HttpRequestMessage Refresh(Uri realm, Challenge challenge, string scope, string identity) => new(HttpMethod.Post, realm)
    {
        Content = new FormUrlEncodedContent(
        [
            new("grant_type", "refresh_token"),
            new("service", challenge["service"]),
            new("client_id", "quai"),
            new("scope", scope),
            new("refresh_token", identity),
        ]),
    };

    private static void Append(StringBuilder query, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }
}
