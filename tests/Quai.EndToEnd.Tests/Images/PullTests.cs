namespace Quai.EndToEnd.Tests.Images;

/// <summary>Pulling from Debian's <c>docker-registry</c> on loopback.</summary>
public sealed class PullTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("docker media types", "--format=v2s2")]
    [InlineData("OCI media types", "--format=oci")]
    public async Task What_skopeo_pushed(string what, string option)
    {
        Assert.NotEmpty(what);
        string folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "image.tar"), new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("hello", "pulled\n"))).DockerArchive("x:y"));
        await registry.PushAsync($"docker-archive:{folder}/image.tar", "team/app:v1", option);
        string name = $"{registry.Address}/team/app:v1";
        CommandResult pull = (await _docker.RunAsync($"pull {name}")).Expect(0, stderr: "");
        Assert.Contains("v1: Pulling from team/app", pull.Stdout, StringComparison.Ordinal);
        Assert.Matches("Digest: sha256:[0-9a-f]{64}\n", pull.Stdout);
        Assert.EndsWith($"Status: Downloaded newer image for {name}\n{name}\n", pull.Stdout, StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm {name} cat /hello")).Expect(0, "pulled\n", "");
        Assert.Contains($"Status: Image is up to date for {name}\n", (await _docker.RunAsync($"pull {name}")).Expect().Stdout, StringComparison.Ordinal);
        string digest = pull.Stdout.Split('\n').Single(l => l.StartsWith("Digest: ", StringComparison.Ordinal))["Digest: ".Length..];
        Assert.Contains($"{registry.Address}/team/app@{digest}", await _docker.OkAsync($"image inspect -f '{{{{join .RepoDigests \" \"}}}}' {name}"), StringComparison.Ordinal);
        await _docker.OkAsync($"rmi {name}");
        await _docker.OkAsync($"pull -q {registry.Address}/team/app@{digest}");
        (await _docker.RunAsync($"run --rm {registry.Address}/team/app@{digest} cat /hello")).Expect(0, "pulled\n");
        await _docker.OkAsync($"rmi -f {registry.Address}/team/app@{digest}");
    }

    [Fact]
    public async Task Layers_in_zstd()
    {
        string folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "image.tar"), new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("hello", "zstd\n"))).DockerArchive("x:y"));
        await registry.PushAsync($"docker-archive:{folder}/image.tar", "z:1", "--format=oci", "--dest-compress", "--dest-compress-format=zstd");
        Assert.Contains("tar+zstd", await RunningCommand.ShellAsync($"skopeo inspect --raw --tls-verify=false docker://{registry.Address}/z:1"), StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm {registry.Address}/z:1 cat /hello")).Expect(0, "zstd\n");
        await _docker.OkAsync($"rmi {registry.Address}/z:1");
    }

    [Fact]
    public async Task Run_pulls_what_is_missing_and_an_index_gives_this_machines_image()
    {
        string folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        var mine = new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("which", "mine\n")));
        var other = new TestImage().WithLayer(TestImage.Tar(TestImage.File("which", "other\n")));
        other.Config["architecture"] = "s390x";
        await registry.UploadAsync(other, "multi", "other");
        await registry.UploadAsync(mine, "multi", "latest", TestImage.Index(("s390x", other.Manifest()), (TestImage.Architecture, mine.Manifest())));
        CommandResult run = (await _docker.RunAsync($"run --rm {registry.Address}/multi cat /which")).Expect(0, "mine\n");
        Assert.StartsWith($"Unable to find image '{registry.Address}/multi:latest' locally\nlatest: Pulling from multi\n", run.Stderr, StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm --pull never {registry.Address}/nothing true")).ExpectFailure(125, "No such image: " + registry.Address + "/nothing:latest");
        await _docker.OkAsync($"rmi {registry.Address}/multi");
    }

    [Fact]
    public async Task An_index_without_this_machine_is_refused()
    {
        string folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        var other = new TestImage().WithLayer(TestImage.Tar(TestImage.File("which", "other\n")));
        other.Config["architecture"] = "s390x";
        await registry.UploadAsync(other, "foreign", "latest", TestImage.Index(("s390x", other.Manifest())));
        (await _docker.RunAsync($"pull {registry.Address}/foreign")).ExpectFailure(1, $"no matching manifest for linux/{TestImage.Architecture}");
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        (await _docker.RunAsync($"pull {registry.Address}/no/such:tag")).ExpectFailure(1, $"manifest for {registry.Address}/no/such:tag not found: manifest unknown");
        (await _docker.RunAsync("pull 127.0.0.1:1/x")).ExpectFailure(1, "127.0.0.1:1", "connection refused");
        (await _docker.RunAsync("pull Not/Valid:")).ExpectFailure(1, "invalid reference format");
    }

    [Fact]
    public async Task Shared_layers_are_downloaded_once()
    {
        string folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        await registry.UploadAsync(new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("one", "1"))), "shared", "one");
        await registry.UploadAsync(new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("two", "2"))), "shared", "two");
        await _docker.OkAsync($"pull {registry.Address}/shared:one");
        Assert.Contains("Already exists", await _docker.OkAsync($"pull {registry.Address}/shared:two"), StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm {registry.Address}/shared:two sh -c 'cat /two; ls /one'")).ExpectFailure(1, "/one");
        await _docker.OkAsync($"rmi {registry.Address}/shared:one");
        (await _docker.RunAsync($"run --rm {registry.Address}/shared:two cat /two")).Expect(0, "2");
        await _docker.OkAsync($"rmi {registry.Address}/shared:two");
    }
}
