using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Registries;

/// <summary>Registries that send the daemon to strangers, who ask for the user's password.</summary>
public sealed class CredentialEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        new("CVE-2020-15157: a layer is redirected to a stranger that asks for a token", scene => RedirectedAsync(scene, (lure, r) => r.Last == lure.Layer, lure => lure.PullAsync())),
        new("CVE-2020-15157: a manifest is redirected to a stranger that asks for a token", scene => RedirectedAsync(scene, (_, r) => r.Path.Contains("/manifests/", StringComparison.Ordinal), lure => lure.PullAsync())),
        new("CVE-2020-15157: a list of tags is redirected to a stranger that asks for a token", scene => RedirectedAsync(scene, (_, r) => r.Path.EndsWith("/tags/list", StringComparison.Ordinal), lure => lure.RunAsync($"pull -a {lure.Registry.Address}/x"))),
        new("CVE-2020-15157: an identity token is asked for by a stranger", scene => RedirectedAsync(scene, (lure, r) => r.Last == lure.Layer, lure => lure.PullAsync(), identityToken: true)),
        new("CVE-2020-15157: login is redirected to a stranger that asks for a token", scene => RedirectedAsync(scene, (_, r) => r.Path == "/v2/", lure => lure.RunAsync($"login {lure.Registry.Address}"))),
        new("CVE-2020-15157: a search is redirected to a stranger that asks for a token", scene => RedirectedAsync(scene, (_, r) => r.Path == "/v1/search", lure => Lure.CurlAsync(scene.Engine, $"/v1.44/images/search?term={lure.Registry.Address}/x", $"-H 'X-Registry-Auth: {lure.Header}'"))),
        new("CVE-2020-15157: an upload goes on at a stranger that asks for a token", UploadElsewhereAsync),
        new("CVE-2020-15157: an upload's chunks are redirected to a stranger that asks for a token", scene => RedirectedAsync(scene, (_, r) => r.Method is "PATCH" or "PUT", lure => lure.PushAsync())),
        new("CVE-2020-15157: the password is sent to the registry because a stranger asks for it", StrangersBasicAsync),
        new("CVE-2020-15157: the same host on another port is a stranger", OtherPortAsync),
        new("CVE-2024-45336: credentials come back after a redirect by way of a stranger", ThereAndBackAsync),
        new("credentials to strangers: a client's certificate is shown to where a layer is redirected", IdentifiedAsync) { QuaidOnly = true },
        new("credentials in clear: a registry of HTTPS names a token service of HTTP", scene => ClearRealmAsync(scene, identityToken: false)),
        new("credentials in clear: a registry of HTTPS wants the identity token over HTTP", scene => ClearRealmAsync(scene, identityToken: true)),
        new("content in clear: an upload to a registry of HTTPS goes on over HTTP", ClearUploadAsync),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> RedirectedAsync(Scene scene, Func<Lure, StrangeRequest, bool> which, Func<Lure, Task> act, bool identityToken = false)
    {
        await using var lure = new Lure(scene, identityToken: identityToken);
        lure.First = r => which(lure, r) ? StrangeAnswer.To($"{lure.Stranger.Url}/blob") : null;
        await act(lure);
        return lure.Leak(lure.Stranger);
    }

    private static async Task<string?> UploadElsewhereAsync(Scene scene)
    {
        await using var lure = new Lure(scene);
        lure.First = r => r.Method == "POST" ? new StrangeAnswer(202, "", ("Location", $"{lure.Stranger.Url}/upload"), ("Range", "0-0")) : null;
        await lure.PushAsync();
        return lure.Leak(lure.Stranger);
    }

    private static async Task<string?> StrangersBasicAsync(Scene scene)
    {
        await using var lure = new Lure(scene);
        lure.First = r => r.Path.Contains("/manifests/", StringComparison.Ordinal) ? StrangeAnswer.To($"{lure.Stranger.Url}/manifest") : null;
        lure.Stranger.Answer = _ => StrangeAnswer.AskForPassword();
        await lure.PullAsync();
        return lure.Leak(lure.Registry) ?? lure.Leak(lure.Stranger);
    }

    private static async Task<string?> OtherPortAsync(Scene scene)
    {
        await using var lure = new Lure(scene);
        StrangeServer? neighbour = null;
        await using StrangeServer own = neighbour = new StrangeServer("127.0.0.2", r => r.Path == "/token" ? new StrangeAnswer(200, """{"token":"t"}""") : StrangeAnswer.AskForToken($"{neighbour!.Url}/token"));
        lure.First = r => r.Last == lure.Layer ? StrangeAnswer.To($"{own.Url}/blob") : null;
        await lure.PullAsync();
        return lure.Leak(own);
    }

    private static async Task<string?> ThereAndBackAsync(Scene scene)
    {
        const string chosen = "/chosen/by/the/stranger";
        await using var lure = new Lure(scene);
        lure.First = r => r.Authorization is null ? StrangeAnswer.AskForPassword()
            : r.Last == lure.Layer ? StrangeAnswer.To($"{lure.Stranger.Url}/blob")
            : null;
        lure.Stranger.Answer = _ => StrangeAnswer.To(lure.Registry.Url + chosen);
        await lure.PullAsync();
        return lure.Registry.Requests.Any(r => r.Path == chosen && lure.Carries(r)) ? "the stranger had the client send the password to a path of its choice" : null;
    }

    private static async Task<string?> ClearRealmAsync(Scene scene, bool identityToken)
    {
        await using var lure = new Lure(scene, tls: true, identityToken);
        lure.First = r => r.Authorization is null ? StrangeAnswer.AskForToken($"{lure.Stranger.Url}/token") : null;
        await lure.PullAsync();
        return lure.Leak(lure.Stranger);
    }

    private static async Task<string?> ClearUploadAsync(Scene scene)
    {
        await using var lure = new Lure(scene, tls: true);
        lure.First = r => r.Method == "POST" ? new StrangeAnswer(202, "", ("Location", $"{lure.Stranger.Url}/upload"), ("Range", "0-0")) : null;
        lure.Stranger.Answer = r => r.Method == "PATCH" ? StrangeAnswer.Taken(r, $"{lure.Stranger.Url}/upload") : new StrangeAnswer(201, "");
        await lure.PushAsync();
        return lure.Stranger.Requests.FirstOrDefault(r => r.Body.Length > 0) is { } request ? $"{request.Body.Length} bytes of a layer went over the wire in clear" : null;
    }

    private static async Task<string?> IdentifiedAsync(Scene scene)
    {
        await using var lure = new Lure(scene, tls: true);
        await using var stranger = new StrangeServer("127.0.0.4", _ => new StrangeAnswer(200, lure.Image.Blobs[lure.Layer]), TestCertificate.Make(lure.Folder, "stranger", "127.0.0.4"));
        lure.First = r => r.Last == lure.Layer ? StrangeAnswer.To($"{stranger.Url}/blob") : null;
        TestCertificate own = TestCertificate.Make(lure.Folder, "client", "client");
        string certificates = $"{lure.Folder}/certs.d/{lure.Registry.Address}";
        Directory.CreateDirectory(certificates);
        File.Copy(own.File, $"{certificates}/client.cert");
        File.Copy(own.KeyFile, $"{certificates}/client.key");
        await File.WriteAllTextAsync($"{scene.Engine.Root}/daemon.json", $$"""{"registry-certs-dirs":["{{lure.Folder}}/certs.d"]}""");
        await scene.Engine.StopDaemonAsync();
        await scene.Engine.StartDaemonAsync();
        (await lure.PullAsync()).Expect();
        Assert.Contains(lure.Registry.Requests, r => r.Identified);
        return stranger.Requests.Any(r => r.Identified) ? "the stranger was shown the certificate" : null;
    }
}
