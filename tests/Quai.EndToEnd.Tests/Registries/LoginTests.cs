using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Registries;

/// <summary>Registries that let in only who they know: TLS with certificates of their own and Basic authentication, and tokens.</summary>
public sealed class LoginTests : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string User = "alice";
    private const string Password = "s3cret: &ü?";

    private readonly QuaidInstance _engine;
    private readonly string _folder;
    private readonly string _certificates;
    private readonly DockerClient _docker;

    public LoginTests(QuaidInstance engine)
    {
        _engine = engine;
        _folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        _certificates = engine.Scratch("certs.d");
        _docker = new DockerClient(engine.Host, Path.Combine(_folder, "docker-config"));
    }

    /// <summary>The daemon is told where registries' certificates are, once for the class.</summary>
    public async Task InitializeAsync()
    {
        if (TestEnvironment.ForeignEngine is not null)
        {
            return;
        }

        string file = $"{_engine.Root}/daemon.json";
        string wanted = $$"""{"registry-certs-dirs":["{{_certificates}}"],"max-concurrent-uploads":2}""";
        if (await File.ReadAllTextAsync(file) != wanted)
        {
            await File.WriteAllTextAsync(file, wanted);
            await _engine.StopDaemonAsync();
            await _engine.StartDaemonAsync();
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [QuaidFact]
    public async Task Tls_and_basic_authentication()
    {
        // The bridge's own address: loopback would be let pass without a certificate.
        TestCertificate certificate = TestCertificate.Make(_folder, "registry", _engine.Gateway);
        await using DebianRegistry registry = await DebianRegistry.StartAsync(
            _folder, new RegistrySetup { Host = _engine.Gateway, Certificate = certificate, Users = new Dictionary<string, string> { [User] = Password } });
        await _docker.OkAsync($"tag {BusyboxImage.Name} {registry.Address}/private/box:1");

        (await LoginAsync(registry.Address, Password)).ExpectFailure(1, "tls: failed to verify certificate");
        Directory.CreateDirectory($"{_certificates}/{registry.Address}");
        File.Copy(certificate.File, $"{_certificates}/{registry.Address}/ca.crt");

        (await LoginAsync(registry.Address, "wrong")).ExpectFailure(1, $"login attempt to https://{registry.Address}/v2/ failed with status: 401 Unauthorized");
        (await _docker.RunAsync($"push {registry.Address}/private/box:1")).ExpectFailure(1, "no basic auth credentials");
        Assert.EndsWith("Login Succeeded", (await LoginAsync(registry.Address, Password)).Succeeded(), StringComparison.Ordinal);
        await _docker.OkAsync($"push {registry.Address}/private/box:1");
        await _docker.OkAsync($"rmi {registry.Address}/private/box:1");
        (await _docker.RunAsync($"run --rm {registry.Address}/private/box:1 echo in")).Expect(0, "in\n");
        await _docker.OkAsync($"rmi {registry.Address}/private/box:1");
        await _docker.OkAsync($"logout {registry.Address}");
        (await _docker.RunAsync($"pull {registry.Address}/private/box:1")).ExpectFailure(1, "no basic auth credentials");
        Assert.DoesNotContain(Password, await File.ReadAllTextAsync($"{_engine.Root}/quaid.log"), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Client_certificates()
    {
        TestCertificate certificate = TestCertificate.Make(_folder, "registry", _engine.Gateway);
        TestCertificate own = TestCertificate.Make(_folder, "client", "client");
        string folder = $"{_certificates}/{_engine.Gateway}:1";
        Directory.CreateDirectory(folder);
        File.Copy(certificate.File, $"{folder}/ca.crt");
        File.Copy(own.File, $"{folder}/client.cert");
        (await _docker.RunAsync($"pull {_engine.Gateway}:1/x")).ExpectFailure(1, "missing key client.key for client certificate client.cert");
        File.Copy(own.KeyFile, $"{folder}/client.key");
        (await _docker.RunAsync($"pull {_engine.Gateway}:1/x")).ExpectFailure(1, "connection refused");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens(bool refresh)
    {
        using var tokens = new TokenService(_folder, User, Password) { GivesRefreshTokens = refresh };
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder, new RegistrySetup { Tokens = tokens });
        await _docker.OkAsync($"tag {BusyboxImage.Name} {registry.Address}/public/box:1");
        await _docker.OkAsync($"tag {BusyboxImage.Name} {registry.Address}/private/box:1");
        (await _docker.RunAsync($"push {registry.Address}/public/box:1")).ExpectFailure(1, "unauthorized: authentication required");
        (await LoginAsync(registry.Address, "wrong")).ExpectFailure(1, "unauthorized: incorrect username or password");
        Assert.EndsWith("Login Succeeded", (await LoginAsync(registry.Address, Password)).Succeeded(), StringComparison.Ordinal);
        JsonNode kept = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "docker-config", "config.json")))!["auths"]![registry.Address]!;
        Assert.Equal(refresh ? "r3fr3sh" : null, (string?)kept["identitytoken"]);

        await _docker.OkAsync($"push {registry.Address}/public/box:1");
        Assert.Contains("Mounted from public/box", await _docker.OkAsync($"push {registry.Address}/private/box:1"), StringComparison.Ordinal);
        Assert.Contains(tokens.Asked, a => a.StartsWith(refresh ? $"POST {User}" : $"GET {User}", StringComparison.Ordinal) && a.Contains("repository:private/box:pull,push repository:public/box:pull", StringComparison.Ordinal));
        await _docker.OkAsync($"rmi {registry.Address}/public/box:1 {registry.Address}/private/box:1");
        await _docker.OkAsync($"pull {registry.Address}/private/box:1");
        await _docker.OkAsync($"logout {registry.Address}");
        await _docker.OkAsync($"pull {registry.Address}/public/box:1");
        (await _docker.RunAsync($"pull {registry.Address}/private/box:2")).ExpectFailure(1, $"pull access denied for {registry.Address}/private/box");
        await _docker.OkAsync($"rmi {registry.Address}/public/box:1 {registry.Address}/private/box:1");
    }

    [Fact]
    public async Task Distribution_of_an_image_and_of_an_index()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder);
        var image = new TestImage().WithLayer(TestImage.Tar(TestImage.File("a", "b")));
        await registry.UploadAsync(image, "app", "1");
        await registry.UploadAsync(image, "app", "2", TestImage.Index((TestImage.Architecture, image.Manifest()), ("s390x", image.Manifest())));
        JsonNode one = JsonNode.Parse(await GetAsync($"/distribution/{registry.Address}/app:1/json"))!;
        Assert.Equal(TestImage.Digest(image.Manifest()), (string)one["Descriptor"]!["digest"]!);
        Assert.Equal([TestImage.Architecture], one["Platforms"]!.AsArray().Select(p => (string)p!["architecture"]!));
        Assert.Equal("{\"message\":\"manifest unknown: manifest unknown\"}", (await RunningCommand.ShellAsync($"curl -s --unix-socket {_engine.Host["unix://".Length..]} http://localhost/v1.44/distribution/{registry.Address}/app:3/json")).Trim());
        JsonNode two = JsonNode.Parse(await GetAsync($"/distribution/{registry.Address}/app:2/json"))!;
        Assert.Equal(TestImage.OciIndex, (string)two["Descriptor"]!["mediaType"]!);
        Assert.Equal([TestImage.Architecture, "s390x"], two["Platforms"]!.AsArray().Select(p => (string)p!["architecture"]!));
    }

    [Fact]
    public async Task A_registry_that_cannot_be_searched_says_so()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder);
        (await _docker.RunAsync($"search {registry.Address}/x")).ExpectFailure(1, registry.Address);
        (await _docker.RunAsync("search 127.0.0.1:1/x")).ExpectFailure(1, "127.0.0.1:1");
    }

    private Task<CommandResult> LoginAsync(string address, string password) =>
        _docker.RunAsync($"login -u {User} --password-stdin {address}", System.Text.Encoding.UTF8.GetBytes(password));

    private Task<string> GetAsync(string path) => RunningCommand.ShellAsync($"curl -sf --unix-socket {_engine.Host["unix://".Length..]} http://localhost/v1.44{path}");
}
