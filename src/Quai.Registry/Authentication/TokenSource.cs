using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Quai.Errors;
using Quai.Registry.Transport;

namespace Quai.Registry.Authentication;

/// <summary>
/// Answers a registry's challenges: Basic, or a Bearer token fetched from the realm the registry names (distribution's token specification). Only this class has the
/// user's credentials, and gives them only for addresses of the registry's own authority: any other host that a registry sends us to is untrusted (CVE-2020-15157).
/// </summary>
/// <param name="client">The HTTP client.</param>
/// <param name="endpoint">The registry's address.</param>
/// <param name="registry">Its name, for messages.</param>
/// <param name="auth">The user's credentials, if any.</param>
/// <param name="options">For timeouts.</param>
#pragma warning disable CA1001 // a SemaphoreSlim whose wait handle is never requested has nothing to dispose
internal sealed class TokenSource(HttpClient client, RegistryEndpoint endpoint, string registry, RegistryAuth? auth, RegistryOptions options)
#pragma warning restore CA1001
{
    private const int MaxTokenBody = 1 << 20;
    private const string ClientId = "docker";

    private readonly SemaphoreSlim _fetching = new(1, 1);
    private readonly List<string> _scopes = [];
    private AuthenticationHeaderValue? _header;

    /// <summary>The registry's name.</summary>
    public string Registry => registry;

    /// <summary>The authority that the credentials belong to.</summary>
    public Authority Authority { get; } = Authority.Of(endpoint.Address);

    /// <summary>What to send with a request to an address: nothing to an authority other than the registry's own.</summary>
    public AuthenticationHeaderValue? HeaderFor(Uri address) => Authority.Covers(address) ? _header : null;

    /// <summary>Also asks the token service for a refresh token, which replaces the password from then on.</summary>
    public bool Offline { get; init; }

    /// <summary>The refresh token that the token service gave.</summary>
    public string? RefreshToken { get; private set; }

    /// <summary>Adds what tokens must allow, such as <c>repository:app:pull,push</c>; before the first request.</summary>
    public void AddScope(string scope)
    {
        lock (_scopes)
        {
            if (!_scopes.Contains(scope))
            {
                _scopes.Add(scope);
            }
        }
    }

    /// <summary>Gets credentials for the challenges; false if there are none to give, or not to this asker, or they were just refused.</summary>
    /// <param name="asker">The address that asks.</param>
    /// <param name="challenges">Of the response.</param>
    /// <param name="refused">The header that was sent with the request that got them.</param>
    /// <param name="cancellation">Stops the request for a token.</param>
    public async Task<bool> AnswerAsync(Uri asker, IReadOnlyList<Challenge> challenges, AuthenticationHeaderValue? refused, CancellationToken cancellation)
    {
        if (!Authority.Covers(asker))
        {
            return false;
        }

        await _fetching.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Another transfer of the same image has obtained a new one meanwhile.
            if (!ReferenceEquals(_header, refused))
            {
                return true;
            }

            if (challenges.FirstOrDefault(c => c.Scheme == "bearer") is { } bearer)
            {
                string token = auth?.RegistryToken is { Length: > 0 } given && refused is null ? given : await FetchAsync(bearer, cancellation).ConfigureAwait(false);

                // It becomes a header, which may only contain visible characters.
                _header = token.AsSpan().ContainsAnyExceptInRange('!', '~')
                    ? throw QuaiException.System($"the token for registry {registry} has characters that no token has")
                    : new AuthenticationHeaderValue("Bearer", token);
                return true;
            }

            if (challenges.Any(c => c.Scheme == "basic"))
            {
                _header = Basic() ?? throw new NoCredentialsException();
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
        Uri realm = RealmOf(challenge);
        string? identity = RefreshToken ?? auth?.IdentityToken;
        using HttpRequestMessage request = identity is { Length: > 0 } ? Refresh(realm, challenge, identity) : Ask(realm, challenge);
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(options.StallTimeout);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stalled.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw await RegistryErrors.FromAsync(response, null, writing: false, stalled.Token).ConfigureAwait(false);
            }

            byte[] body = new byte[MaxTokenBody];
            await using Stream stream = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, stalled.Token).ConfigureAwait(false);
            using JsonDocument json = JsonDocument.Parse(body.AsMemory(0, length));
            RefreshToken = Text(json.RootElement, "refresh_token") ?? RefreshToken;
            return Text(json.RootElement, "token") ?? Text(json.RootElement, "access_token")
                ?? throw QuaiException.System($"authorization server did not include a token in the response: {realm}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw RegistryErrors.Unreachable(request.Method, realm, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.System($"unable to decode token response of {realm}: {e.Message}", e);
        }
    }

    /// <summary>The token service that the registry names. It may be on another host, as Docker Hub's is; for an encrypted registry it must be encrypted too.</summary>
    private Uri RealmOf(Challenge challenge)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("https" or "http") || realm.UserInfo.Length > 0)
        {
            throw QuaiException.System($"the registry {registry} asks for a token from no valid address: {challenge["realm"]}");
        }

        return Authority.MaySend(realm)
            ? realm
            : throw QuaiException.System($"the registry {registry} asks for a token from {realm.GetLeftPart(UriPartial.Path)}, which is not HTTPS as the registry is: no credentials are sent there");
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>What we want, and what the registry says that this request needs.</summary>
    private List<string> Scopes(Challenge challenge)
    {
        lock (_scopes)
        {
            return [.. _scopes.Concat(challenge["scope"].Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        }
    }

    private HttpRequestMessage Ask(Uri realm, Challenge challenge)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        Append(query, "account", auth?.Username);
        if (Offline)
        {
            Append(query, "client_id", ClientId);
            Append(query, "offline_token", "true");
        }

        foreach (string scope in Scopes(challenge))
        {
            Append(query, "scope", scope);
        }

        Append(query, "service", challenge["service"]);
        return new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri) { Headers = { Authorization = Basic() } };
    }

    private HttpRequestMessage Refresh(Uri realm, Challenge challenge, string identity) => new(HttpMethod.Post, realm)
    {
        Content = new FormUrlEncodedContent(
        [
            new("grant_type", "refresh_token"),
            new("service", challenge["service"]),
            new("client_id", ClientId),
            new("scope", string.Join(' ', Scopes(challenge))),
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
