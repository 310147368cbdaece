using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Registries;

/// <summary>Pushing to Debian's <c>docker-registry</c> with the real client; skopeo says what arrived.</summary>
public sealed class PushTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    // Docker makes a manifest of its own of what it unpacked: the digest changes.
    [QuaidTheory]
    [InlineData("--format=v2s2")]
    [InlineData("--format=oci")]
    [InlineData("--format=oci --dest-compress-format=zstd")]
    public async Task What_was_pulled_goes_on_with_its_digest(string options)
    {
        string folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "image.tar"), new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("hello", "pushed\n"))).DockerArchive("x:y"));
        await registry.PushAsync($"docker-archive:{folder}/image.tar", "from/skopeo:1", options.Split(' '));
        await _docker.OkAsync($"pull {registry.Address}/from/skopeo:1");
        await using DebianRegistry other = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        await _docker.OkAsync($"tag {registry.Address}/from/skopeo:1 {other.Address}/to/quai:1");
        CommandResult push = (await _docker.RunAsync($"push {other.Address}/to/quai:1")).Expect(0, stderr: "");
        string digest = await DigestAsync(registry, "from/skopeo:1");
        Assert.StartsWith($"The push refers to repository [{other.Address}/to/quai]\n", push.Stdout, StringComparison.Ordinal);
        Assert.Matches("\n[0-9a-f]{12}: Preparing\n(.*\n)*[0-9a-f]{12}: Pushed\n", push.Stdout);
        Assert.Matches($"\n1: digest: {digest} size: [0-9]+\n$", push.Stdout);
        Assert.Equal(digest, await DigestAsync(other, "to/quai:1"));
        Assert.Contains($"{other.Address}/to/quai@{digest}", await _docker.OkAsync($"image inspect -f '{{{{join .RepoDigests \" \"}}}}' {other.Address}/to/quai:1"), StringComparison.Ordinal);
        string copy = Path.Combine(folder, "copy");
        (await RunningCommand.RunAsync("skopeo", ["--insecure-policy", "copy", "--src-tls-verify=false", "--preserve-digests", $"docker://{other.Address}/to/quai:1", $"dir:{copy}"])).Expect();
        Assert.Equal(digest, TestImage.Digest(await File.ReadAllBytesAsync(Path.Combine(copy, "manifest.json"))));
        await _docker.OkAsync($"rmi -f {registry.Address}/from/skopeo:1 {other.Address}/to/quai:1");
    }

    [Fact]
    public async Task What_was_made_here_is_compressed_once_and_has_one_digest()
    {
        await using DebianRegistry one = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        await using DebianRegistry two = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        (await _docker.RunAsync("import - made:here", BusyboxImage.RootTar)).Expect();
        await _docker.OkAsync($"tag made:here {one.Address}/made:1");
        await _docker.OkAsync($"tag made:here {two.Address}/elsewhere/made:2");
        string first = await _docker.OkAsync($"push {one.Address}/made:1");
        string second = await _docker.OkAsync($"push {two.Address}/elsewhere/made:2");
        Assert.Equal(await DigestAsync(one, "made:1"), await DigestAsync(two, "elsewhere/made:2"));
        Assert.Contains("Pushed", first, StringComparison.Ordinal);
        JsonNode manifest = JsonNode.Parse(await RunningCommand.ShellAsync($"skopeo inspect --raw --tls-verify=false docker://{one.Address}/made:1"))!;
        Assert.EndsWith("tar+gzip", (string)manifest["layers"]![0]!["mediaType"]!, StringComparison.Ordinal);
        Assert.True((long)manifest["layers"]![0]!["size"]! < BusyboxImage.RootTar.Length * 3 / 4);

        // Again: everything is there.
        Assert.Contains("Layer already exists", await _docker.OkAsync($"push {one.Address}/made:1"), StringComparison.Ordinal);
        Assert.DoesNotContain("Layer already exists", second, StringComparison.Ordinal);

        // It is still the image that it was, and comes back the same.
        await _docker.OkAsync($"rmi -f made:here {one.Address}/made:1 {two.Address}/elsewhere/made:2");
        await _docker.OkAsync($"pull {one.Address}/made:1");
        (await _docker.RunAsync($"run --rm {one.Address}/made:1 /bin/echo here")).Expect(0, "here\n");
        await _docker.OkAsync($"rmi {one.Address}/made:1");
    }

    [Fact]
    public async Task Layers_that_the_registry_has_elsewhere_are_mounted()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        await registry.UploadAsync(new TestImage().WithBusybox(), "library/base", "1");
        await _docker.OkAsync($"pull {registry.Address}/library/base:1");
        await _docker.OkAsync($"tag {registry.Address}/library/base:1 {registry.Address}/mine/app:1");
        string push = await _docker.OkAsync($"push {registry.Address}/mine/app:1");
        Assert.Contains("Mounted from library/base", push, StringComparison.Ordinal);
        Assert.DoesNotContain("Pushed", push, StringComparison.Ordinal);
        await _docker.OkAsync($"rmi {registry.Address}/library/base:1 {registry.Address}/mine/app:1");
    }

    [Fact]
    public async Task All_tags()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        string name = $"{registry.Address}/many";
        foreach (string tag in (string[])["a", "b", "c"])
        {
            await _docker.OkAsync($"tag {BusyboxImage.Name} {name}:{tag}");
        }

        string push = await _docker.OkAsync($"push -a {name}");
        Assert.Matches("(?s)a: digest: .*b: digest: .*c: digest: ", push);
        Assert.Equal(3, push.Split("Preparing").Length - 1);
        Assert.Equal(["a", "b", "c"], (await TagsAsync(registry, "many")).Order());
        await _docker.OkAsync($"rmi {name}:a {name}:b {name}:c");
        Assert.EndsWith($"\nStatus: Downloaded newer image for {name}\n{name}", await _docker.OkAsync($"pull -a {name}"), StringComparison.Ordinal);
        Assert.EndsWith($"\nStatus: Image is up to date for {name}\n{name}", await _docker.OkAsync($"pull -a {name}"), StringComparison.Ordinal);
        Assert.Equal("a\nb\nc", string.Join('\n', (await _docker.OkAsync($"images --format '{{{{.Tag}}}}' {name}")).Split('\n').Order()));
        await _docker.OkAsync($"rmi {name}:a {name}:b {name}:c");
    }

    [QuaidFact]
    public async Task An_index_goes_when_all_of_it_is_here()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        await using DebianRegistry other = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        var mine = new TestImage().WithLayer(TestImage.Tar(TestImage.File("which", "mine\n")));
        var foreign = new TestImage().WithLayer(TestImage.Tar(TestImage.File("which", "foreign\n")));
        foreign.Config["architecture"] = "s390x";
        byte[] index = TestImage.Index(("s390x", foreign.Manifest()), (TestImage.Architecture, mine.Manifest()));
        await registry.UploadAsync(foreign, "multi", "other");
        await registry.UploadAsync(mine, "multi", "1", index);

        await _docker.OkAsync($"pull {registry.Address}/multi:1");
        await _docker.OkAsync($"tag {registry.Address}/multi:1 {other.Address}/multi:part");
        await _docker.OkAsync($"push {other.Address}/multi:part");
        Assert.Equal(TestImage.Digest(mine.Manifest()), await DigestAsync(other, "multi:part"));

        await _docker.OkAsync($"pull --platform linux/s390x {registry.Address}/multi:1");
        await _docker.OkAsync($"tag {registry.Address}/multi:1 {other.Address}/multi:whole");
        await _docker.OkAsync($"push {other.Address}/multi:whole");
        Assert.Equal(TestImage.Digest(index), await DigestAsync(other, "multi:whole"));
        await _docker.OkAsync($"push --platform linux/{TestImage.Architecture} {other.Address}/multi:whole");
        Assert.Equal(TestImage.Digest(mine.Manifest()), await DigestAsync(other, "multi:whole"));
        (await _docker.RunAsync($"push --platform linux/riscv64 {other.Address}/multi:whole")).ExpectFailure(1, "does not provide the specified platform (linux/riscv64)");
        await _docker.OkAsync("image prune -af");
    }

    [QuaidFact]
    public async Task A_cut_upload_goes_on()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        using var proxy = new CuttingProxy(registry.Address) { CutAfterSent = 3_000_000, CutsLeft = 2 };
        byte[] noise = new byte[12_000_000];
        new Random(7).NextBytes(noise);
        byte[] layer = TestImage.Tar(TestImage.File("noise", Convert.ToHexString(noise)));
        (await _docker.RunAsync($"import - {proxy.Address}/cut:1", layer)).Expect();
        string push = await _docker.OkAsync($"push {proxy.Address}/cut:1");
        Assert.True(proxy.CutsLeft < 0);
        Assert.Contains("Retrying in 1 second", push, StringComparison.Ordinal);
        Assert.Contains("Pushed", push, StringComparison.Ordinal);
        string copy = Path.Combine(engine.Scratch("cut"), "copy");
        (await RunningCommand.RunAsync("skopeo", ["--insecure-policy", "copy", "--src-tls-verify=false", $"docker://{registry.Address}/cut:1", $"dir:{copy}"])).Expect();
        await _docker.OkAsync($"rmi {proxy.Address}/cut:1");
    }

    [Fact]
    public async Task What_is_not_here_is_named()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        string name = $"{registry.Address}/absent";
        (await _docker.RunAsync($"push {name}:1")).ExpectFailure(1, $"An image does not exist locally with the tag: {name}");
        await _docker.OkAsync($"tag {BusyboxImage.Name} {name}:2");
        (await _docker.RunAsync($"push {name}:1")).ExpectFailure(1, $"tag does not exist: {name}:1");
        await _docker.OkAsync($"tag {BusyboxImage.Name} 127.0.0.1:1/nobody:1");
        (await _docker.RunAsync("push 127.0.0.1:1/nobody:1")).ExpectFailure(1, "dial tcp 127.0.0.1:1: connect: connection refused");
        await _docker.OkAsync($"rmi {name}:2 127.0.0.1:1/nobody:1");
    }

    private static async Task<string> DigestAsync(DebianRegistry registry, string name) =>
        (await RunningCommand.ShellAsync($"skopeo inspect --tls-verify=false --raw docker://{registry.Address}/{name} | sha256sum | sed 's/ .*//;s/^/sha256:/'")).Trim();

    private static async Task<string[]> TagsAsync(DebianRegistry registry, string repository) =>
        [.. JsonNode.Parse(await RunningCommand.ShellAsync($"skopeo list-tags --tls-verify=false docker://{registry.Address}/{repository}"))!["Tags"]!.AsArray().Select(t => (string)t!)];
}
