using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Manifests;

/// <summary>Manifest lists made by <c>quai</c>; skopeo says what arrived.</summary>
public sealed class ManifestTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly string _folder = engine.Scratch(Guid.NewGuid().ToString("n"));

    private DockerClient Quai => new(engine.Host, Path.Combine(_folder, "config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task A_list_is_created_annotated_pushed_and_pulled()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder);
        string list = $"{registry.Address}/all/app:1", here = $"{registry.Address}/one/app:1", there = $"{registry.Address}/two/app:1";
        await registry.UploadAsync(new TestImage().WithBusybox(), "one/app", "1");
        await registry.UploadAsync(new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("other", "x"))), "two/app", "1");
        Assert.Equal($"Created manifest list {list}", await Quai.OkAsync($"manifest create {list} {here}"));
        (await Quai.RunAsync($"manifest create {list} {there}")).ExpectFailure(1, "refusing to amend an existing manifest list with no --amend flag");
        await Quai.OkAsync($"manifest create --amend {list} {there}");
        await Quai.OkAsync($"manifest annotate --os linux --arch arm64 --variant v8 {list} {there}");
        (await Quai.RunAsync($"manifest annotate --arch pdp11 {list} {there}")).ExpectFailure(1, "unsupported os/arch combination: linux/pdp11");
        JsonNode local = JsonNode.Parse(await Quai.OkAsync($"manifest inspect {list}"))!;
        string digest = await Quai.OkAsync($"manifest push --purge {list}");
        Assert.Matches("^sha256:[0-9a-f]{64}$", digest);
        (await Quai.RunAsync($"manifest push {list}")).ExpectFailure(1, "No such manifest");

        string raw = await RunningCommand.ShellAsync($"skopeo inspect --raw --tls-verify=false docker://{list}");
        Assert.Equal(digest, TestImage.Digest(System.Text.Encoding.UTF8.GetBytes(raw)));
        Assert.True(JsonNode.DeepEquals(local, JsonNode.Parse(raw)));
        Assert.Equal(
            [TestImage.Architecture, "arm64"],
            JsonNode.Parse(raw)!["manifests"]!.AsArray().Select(m => (string)m!["platform"]!["architecture"]!).OrderDescending().OrderBy(a => a == "arm64"));

        // Its images came along from the other repositories.
        (await engine.Docker.RunAsync($"run --rm {list} echo from the list")).Expect(0, "from the list\n");
        string shown = await Quai.OkAsync($"imagetools inspect {list}");
        Assert.Contains($"Digest:    {digest}", shown, StringComparison.Ordinal);
        Assert.Contains("Platform:  linux/arm64/v8", shown, StringComparison.Ordinal);
        Assert.Equal(raw, (await Quai.RunAsync($"imagetools inspect --raw {list}")).Expect().Stdout);
        await engine.Docker.OkAsync($"rmi -f {list}");
    }

    [QuaidFact]
    public async Task The_real_clients_manifest_commands_agree()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder);
        string image = $"{registry.Address}/one/app:1";
        await registry.UploadAsync(new TestImage().WithBusybox(), "one/app", "1");
        string ours = await Quai.OkAsync($"manifest inspect {image}");
        string docker = await engine.Docker.OkAsync($"manifest inspect --insecure {image}");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(docker), JsonNode.Parse(ours)), $"{docker}\n{ours}");
        JsonNode verbose = JsonNode.Parse(await Quai.OkAsync($"manifest inspect -v {image}"))!;
        Assert.Equal(TestImage.Architecture, (string)verbose["Descriptor"]!["platform"]!["architecture"]!);
    }

    [QuaidFact]
    public async Task Imagetools_joins_copies_and_appends()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder);
        await using DebianRegistry other = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        await registry.UploadAsync(new TestImage().WithBusybox(), "one/app", "1");
        string target = $"{other.Address}/copied/app:1";
        string printed = await Quai.OkAsync($"imagetools create --annotation index:org.example=yes -t {target} {registry.Address}/one/app:1");
        Assert.Matches($"^{target}@sha256:[0-9a-f]{{64}}$", printed);
        JsonNode index = JsonNode.Parse(await Quai.OkAsync($"imagetools inspect --raw {target}"))!;
        Assert.Equal("yes", (string)index["annotations"]!["org.example"]!);
        Assert.Single(index["manifests"]!.AsArray());
        (await engine.Docker.RunAsync($"run --rm {target} echo copied")).Expect(0, "copied\n");
        await engine.Docker.OkAsync($"rmi -f {target}");
        (await Quai.RunAsync($"imagetools create {target}")).ExpectFailure(1, "can't push with no tags specified");
        Assert.Contains("\"manifests\"", await Quai.OkAsync($"imagetools create --dry-run {target}"), StringComparison.Ordinal);
        (await Quai.RunAsync($"imagetools create -t {target} {registry.Address}/one/nothing:1")).ExpectFailure(1, "not found");
        (await Quai.RunAsync($"manifest create {target} {registry.Address}/one/nothing:1")).ExpectFailure(1, "not found");
    }
}
