using Quai.Errors;
using Quai.Images;
using Quai.Images.Tests;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Tests;

namespace Quai.Build.Tests.Exporting;

public sealed class ImageExporterTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Theory]
    [InlineData("moby")]
    [InlineData("image")]
    public async Task An_image_is_kept_here(string type)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "x"), type, ("name", "kept:1"), ("annotation.a", "b"));
        Image image = build.Images.Images.Resolve("kept:1");
        Assert.Equal((image.Id, type == "moby" ? image.Id : image.ManifestDigest), (answer["containerimage.config.digest"], answer["containerimage.digest"]));
        Manifest manifest = ImageJson.ReadManifest(build.Images.Content.Blobs.Read(Digest.Parse(image.ManifestDigest!), 1 << 20));
        Assert.Equal("b", manifest.Annotations!["a"]);
    }

    [Fact]
    public async Task An_image_is_pushed_and_known_by_what_the_registry_has()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string name = $"{registry.Address}/one/image:1";
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "x"), "image", ("name", name), ("push", "true"));
        byte[] manifest = await build.Images.Registries.FetchManifestAsync(name, null, default);
        Assert.Equal(answer["containerimage.digest"], Digest.Of(manifest).ToString());
        Assert.Equal(answer["containerimage.config.digest"], ImageJson.ReadManifest(manifest).Config!.Digest);
        Assert.Equal(answer["containerimage.config.digest"], build.Images.Images.Resolve(name).Id);
    }

    [Fact]
    public async Task A_push_is_what_was_asked_for_even_if_the_image_is_here_in_another_form()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string name = $"{registry.Address}/other/form:1";
        await build.ExportAsync(Graph.File("/f", "y"), "image", ("name", name), ("push", "true"));
        await build.ExportAsync(Graph.File("/f", "y"), "image", ("name", name), ("push", "true"), ("compression", "zstd"), ("annotation.k", "v"));
        Manifest manifest = ImageJson.ReadManifest(await build.Images.Registries.FetchManifestAsync(name, null, default));
        Assert.Equal((MediaTypes.OciLayerZstd, "v"), (Assert.Single(manifest.Layers!).MediaType, manifest.Annotations!["k"]));
    }

    [Fact]
    public async Task Several_platforms_are_pushed_as_an_index_and_kept_under_one_name()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string name = $"{registry.Address}/two/platforms:1";
        IReadOnlyDictionary<string, string> answer = await build.ExportTwoAsync("image", ("name", name), ("push", "true"));
        byte[] index = await build.Images.Registries.FetchManifestAsync(name, null, default);
        Assert.Equal(answer["containerimage.digest"], Digest.Of(index).ToString());
        Assert.Equal(["amd64", "arm64"], ImageJson.ReadIndex(index).Manifests!.Select(m => m.Platform!.Architecture));
        Assert.Equal(["amd64", "arm64"], build.Images.Images.ResolveAll(name).Select(i => i.Config.Architecture).Order(StringComparer.Ordinal));

        // Without a name they are kept, too, and without being kept they have none.
        await build.ExportTwoAsync("image", ("name", "unkept:1"), ("store", "false"));
        Assert.ThrowsAny<QuaiException>(() => build.Images.Images.ResolveAll("unkept:1"));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_push_has_the_credentials_of_the_client(string store)
    {
        await using var server = new FakeRegistry(r => FakeRegistry.Respond(r.Header("Authorization") is null ? 401 : 403, "", "WWW-Authenticate: Basic realm=\"x\""));
        await using BuildFixture build = await BuildFixture.OpenAsync();
        build.Session.Credentials[server.Address] = new RegistryAuth("me", "word", null, null, server.Address);
        await Assert.ThrowsAnyAsync<QuaiException>(() => build.ExportAsync(Graph.File("/f", "x"), "image", ("name", server.Address + "/a/b"), ("push", "true"), ("store", store)));
        Assert.Contains(server.Requests, r => r.Header("Authorization") == "Basic bWU6d29yZA==");
    }

    [Fact]
    public async Task Layers_in_the_form_estargz_are_kept_as_they_are_given_away()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string name = $"{registry.Address}/lazy/image:1";
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "lazy"), "image", ("name", name), ("push", "true"), ("compression", "estargz"));
        Manifest manifest = ImageJson.ReadManifest(await build.Images.Registries.FetchManifestAsync(name, null, default));
        Descriptor layer = Assert.Single(manifest.Layers!);
        Assert.Equal(MediaTypes.OciLayerGzip, layer.MediaType);
        Assert.StartsWith("sha256:", layer.Annotations!["containerd.io/snapshot/stargz/toc.digest"], StringComparison.Ordinal);
        Image image = build.Images.Images.Resolve(name);
        Assert.Equal((image.Id, image.Id), (answer["containerimage.config.digest"], manifest.Config!.Digest));
        Assert.Equal(["f"], Directory.EnumerateFileSystemEntries(Assert.Single(image.LayerDirectories)).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_push_by_digest_gives_no_tag()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string name = $"{registry.Address}/by/digest";
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "z"), "image", ("name", name), ("push", "true"), ("push-by-digest", "true"));
        Assert.NotEmpty(await build.Images.Registries.FetchManifestAsync($"{name}@{answer["containerimage.digest"]}", null, default));
        await Assert.ThrowsAnyAsync<QuaiException>(() => build.Images.Registries.FetchManifestAsync(name + ":latest", null, default));
        await Assert.ThrowsAnyAsync<QuaiException>(() => build.ExportAsync(Graph.File("/f", "z"), "image", ("push", "true")));
    }
}
