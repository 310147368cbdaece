using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>Archives that say less than ours do: requirements that protect nobody are not imposed.</summary>
public sealed class LooseArchiveTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData(",\"Layers\":null")]
    [InlineData(",\"Layers\":[]")]
    [InlineData("")]
    public async Task An_image_without_layers_need_not_list_them(string layers)
    {
        string name = engine.Name("image") + ":1";
        string config = Config("");
        byte[] archive = TestImage.Tar(TestImage.File("c.json", config), TestImage.File("manifest.json", $$"""[{"Config":"c.json","RepoTags":["{{name}}"]{{layers}}}]"""));
        (await _docker.RunAsync("load", archive)).Expect(0, $"Loaded image: {name}\n");
        Assert.Equal("[x]", await _docker.OkAsync($"image inspect -f '{{{{.Config.Cmd}}}}' {name}"));
    }

    [Fact]
    public async Task Layers_that_the_configuration_has_must_be_listed()
    {
        string config = Config($"\"{TestImage.Digest("x"u8)}\"");
        byte[] archive = TestImage.Tar(TestImage.File("c.json", config), TestImage.File("manifest.json", $$"""[{"Config":"c.json","RepoTags":["{{engine.Name("image")}}:1"],"Layers":null}]"""));
        (await _docker.RunAsync("load", archive)).ExpectFailure(1, "");
    }

    [Fact]
    public async Task A_manifest_without_a_version_beside_manifest_json_is_passed_over()
    {
        string name = engine.Name("image") + ":1";
        byte[] config = Encoding.UTF8.GetBytes(Config(""));
        string id = TestImage.Digest(config), blob = "blobs/sha256/" + id["sha256:".Length..];
        string manifest = new JsonObject
        {
            ["mediaType"] = TestImage.OciManifest,
            ["config"] = new JsonObject { ["mediaType"] = "application/vnd.oci.image.config.v1+json", ["digest"] = id, ["size"] = config.Length },
            ["layers"] = new JsonArray(),
        }.ToJsonString();
        string digest = TestImage.Digest(Encoding.UTF8.GetBytes(manifest));
        byte[] archive = TestImage.Tar(
            TestImage.File("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""),
            TestImage.File(blob, Encoding.UTF8.GetString(config)),
            TestImage.File("blobs/sha256/" + digest["sha256:".Length..], manifest),
            TestImage.File("index.json", $$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{TestImage.OciManifest}}","digest":"{{digest}}","size":{{manifest.Length}}}]}"""),
            TestImage.File("manifest.json", $$"""[{"Config":"{{blob}}","RepoTags":["{{name}}"],"Layers":[]}]"""));
        (await _docker.RunAsync("load", archive)).Expect(0, $"Loaded image: {name}\n");
        Assert.Equal(id, await _docker.OkAsync($"image inspect -f '{{{{.Id}}}}' {name}"));
    }

    private static string Config(string diffIds) =>
        $$$"""{"architecture":"{{{TestImage.Architecture}}}","os":"linux","config":{"Cmd":["x"]},"rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}""";
}
