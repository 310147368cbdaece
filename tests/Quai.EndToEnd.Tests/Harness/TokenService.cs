using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>
/// A token service by distribution's specification: exchanges Basic credentials or a refresh token for a JSON Web Token for the requested scopes, signed with a
/// key whose certificate the registry trusts. Everybody may pull from <c>public/</c>; the user may do everything.
/// </summary>
public sealed class TokenService : IDisposable
{
    /// <summary>The service's name, as in the registry and in tokens.</summary>
    public const string Service = "e2e-registry";

    /// <summary>Who signs.</summary>
    public const string Issuer = "e2e-issuer";

    private const string RefreshToken = "r3fr3sh";

    private readonly HttpListener _listener = new();
    private readonly TestCertificate _signer;
    private readonly string _user;
    private readonly string _password;

    /// <summary>Starts one that knows one user.</summary>
    public TokenService(string folder, string user, string password)
    {
        _signer = TestCertificate.Make(folder, "signer", "localhost");
        _user = user;
        _password = password;
        int port = TestCertificate.FreePort();
        Address = $"http://127.0.0.1:{port}/token";
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it answers.</summary>
    public string Address { get; }

    /// <summary>The certificate that the registry must trust.</summary>
    public string CertificateFile => _signer.File;

    /// <summary>Whether logging in gives a refresh token.</summary>
    public bool GivesRefreshTokens { get; set; } = true;

    /// <summary>The requests received: method, user, scopes.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            (int status, JsonObject body) = await AnswerAsync(context.Request);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.Close(Encoding.UTF8.GetBytes(body.ToJsonString()), willBlock: false);
        }
    }

    private async Task<(int Status, JsonObject Body)> AnswerAsync(HttpListenerRequest request)
    {
        bool post = request.HttpMethod == "POST";
        using var reader = new StreamReader(request.InputStream);
        var form = HttpUtility.ParseQueryString(post ? await reader.ReadToEndAsync() : request.Url!.Query);
        string[] scopes = [.. (form.GetValues("scope") ?? []).SelectMany(s => s.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_user}:{_password}"));
        string? header = request.Headers["Authorization"];
        bool known = post ? form["grant_type"] == "refresh_token" && form["refresh_token"] == RefreshToken : header == basic;
        Asked.Enqueue($"{request.HttpMethod} {(known ? _user : "nobody")} {string.Join(' ', scopes)}");
        if ((post && !known) || (header is not null && !known))
        {
            return (401, new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = "UNAUTHORIZED", ["message"] = "incorrect username or password" }) });
        }

        var answer = new JsonObject { [post ? "access_token" : "token"] = Sign(known, scopes), ["expires_in"] = 300 };
        if (known && GivesRefreshTokens && form["offline_token"] == "true")
        {
            answer["refresh_token"] = RefreshToken;
        }

        return (200, answer);
    }

    private string Sign(bool known, IEnumerable<string> scopes)
    {
        var access = new JsonArray();
        foreach (string scope in scopes)
        {
            string[] parts = scope.Split(':', 3);
            string[] actions = [.. parts[2].Split(',').Where(a => known || (a == "pull" && parts[1].StartsWith("public/", StringComparison.Ordinal)))];
            access.Add(new JsonObject { ["type"] = parts[0], ["name"] = parts[1], ["actions"] = new JsonArray([.. actions.Select(a => JsonValue.Create(a))]) });
        }

        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "ES256", ["x5c"] = new JsonArray(Convert.ToBase64String(_signer.Certificate.RawData)) };
        var claims = new JsonObject
        {
            ["iss"] = Issuer, ["sub"] = known ? _user : "", ["aud"] = Service, ["exp"] = now + 300, ["nbf"] = now - 10, ["iat"] = now, ["jti"] = Guid.NewGuid().ToString("n"), ["access"] = access,
        };
        string text = $"{Encode(header)}.{Encode(claims)}";
        using ECDsa key = _signer.Certificate.GetECDsaPrivateKey()!;
        return $"{text}.{Base64(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(JsonObject json) => Base64(JsonSerializer.SerializeToUtf8Bytes(json));

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
