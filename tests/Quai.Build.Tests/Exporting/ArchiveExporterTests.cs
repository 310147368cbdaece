using System.Text;
using Quai.Archives;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Tests.Exporting;

public sealed class ArchiveExporterTests
{
    [Fact]
    public async Task A_layout_has_the_image_under_its_names()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "x"), "oci", ("name", "a/b:1,a/c"), ("annotation.key", "value"), ("annotation-index-descriptor.top", "t"));
        SentArchive archive = Take(build);
        Assert.DoesNotContain("manifest.json", archive.Names);
        Assert.Equal("1.0.0", archive.Json("oci-layout").GetProperty("imageLayoutVersion").GetString());
        Assert.Equal(["docker.io/a/b:1", "docker.io/a/c:latest"], archive.Index.Manifests!.Select(m => m.Annotations!["io.containerd.image.name"]));
        Assert.Equal(["1", "latest"], archive.Index.Manifests!.Select(m => m.Annotations!["org.opencontainers.image.ref.name"]));
        Assert.All(archive.Index.Manifests!, m => Assert.Equal("t", m.Annotations!["top"]));
        Manifest manifest = archive.Manifest(archive.Index.Manifests![0]);
        Assert.Equal(MediaTypes.OciManifest, manifest.MediaType);
        Assert.Equal("value", manifest.Annotations!["key"]);
        Assert.Equal(MediaTypes.OciLayerGzip, Assert.Single(manifest.Layers!).MediaType);

        Assert.Equal(archive.Index.Manifests![0].Digest, answer["containerimage.digest"]);
        Assert.Equal(manifest.Config!.Digest, answer["containerimage.config.digest"]);
        Assert.Equal("docker.io/a/b:1,docker.io/a/c:latest", answer["image.name"]);
        Assert.Contains(answer["containerimage.digest"], Encoding.UTF8.GetString(Convert.FromBase64String(answer["containerimage.descriptor"])), StringComparison.Ordinal);
        Assert.Equal(answer["containerimage.digest"], build.Session.Files[0].Attributes["containerimage.digest"]);
        Assert.Empty(build.Images.Images.List());
    }

    [Theory]
    [InlineData("uncompressed", MediaTypes.OciLayer, CompressionKind.None)]
    [InlineData("gzip", MediaTypes.OciLayerGzip, CompressionKind.Gzip)]
    [InlineData("zstd", MediaTypes.OciLayerZstd, CompressionKind.Zstd)]
    public async Task Layers_are_packed_as_is_asked_for(string compression, string type, CompressionKind kind)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await build.ExportAsync(Graph.File("/f", new string('x', 100_000)), "oci", ("compression", compression));
        SentArchive archive = Take(build);
        Manifest manifest = archive.Manifest(Assert.Single(archive.Index.Manifests!));
        Descriptor layer = Assert.Single(manifest.Layers!);
        byte[] bytes = archive.Blob(layer.Digest);
        Assert.Equal((type, kind), (layer.MediaType, Compression.Detect(bytes)));
        using Stream plain = Compression.Open(new MemoryStream(bytes), kind);
        using var unpacked = new MemoryStream();
        await plain.CopyToAsync(unpacked);
        Assert.Equal(Assert.Single(ImageJson.ReadConfig(archive.Blob(manifest.Config!.Digest)).RootFs.DiffIds), Digest.Of(unpacked.ToArray()).ToString());
    }

    [Fact]
    public async Task A_base_is_packed_anew_only_if_that_is_forced()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await build.ExportAsync(Graph.File("/base", "b"), "image", ("name", "base:1"), ("compression", "gzip"));
        await build.ExportAsync(Graph.FileOn("docker.io/library/base:1", "/f", "x"), "oci", ("compression", "zstd"));
        Assert.Equal([MediaTypes.OciLayer, MediaTypes.OciLayerZstd], Types(Take(build)).Select(t => t == MediaTypes.OciLayerZstd ? t : MediaTypes.OciLayer));
        await build.ExportAsync(Graph.FileOn("docker.io/library/base:1", "/f", "x"), "oci", ("compression", "zstd"), ("force-compression", "true"));
        Assert.Equal([MediaTypes.OciLayerZstd, MediaTypes.OciLayerZstd], Types(Take(build)));
        await build.ExportAsync(Graph.FileOn("docker.io/library/base:1", "/f", "x"), "oci", ("compression", "uncompressed"), ("force-compression", "true"));
        Assert.Equal([MediaTypes.OciLayer, MediaTypes.OciLayer], Types(Take(build)));
    }

    [Fact]
    public async Task Docker_takes_its_own_form()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "x"), "docker", ("name", "some/name:2"));
        byte[] tar = build.Session.Files[0].ToArray();
        var archive = new SentArchive(tar);
        Assert.Equal("some/name:2", archive.Json("manifest.json")[0].GetProperty("RepoTags")[0].GetString());
        Assert.Equal(MediaTypes.DockerManifest, archive.Manifest(Assert.Single(archive.Index.Manifests!)).MediaType);

        Assert.Empty(build.Images.Images.List());
        await build.Images.Images.LoadAsync(new MemoryStream(tar), [], new Progress<ProgressMessage>(), default);
        Assert.Equal(answer["containerimage.config.digest"], build.Images.Images.Resolve("some/name:2").Id);
    }

    [Fact]
    public async Task The_same_result_gives_the_same_bytes()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await build.ExportTwoAsync("oci");
        await build.ExportTwoAsync("oci");
        Assert.Equal(build.Session.Files[0].ToArray(), build.Session.Files[1].ToArray());
    }

    [Fact]
    public async Task Several_platforms_are_in_an_index_in_the_order_that_the_frontend_says()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        IReadOnlyDictionary<string, string> answer = await build.ExportTwoAsync(
            "oci", ("name", "x"), ("annotation-index.i", "1"), ("annotation[linux/arm64].a", "2"), ("annotation-manifest-descriptor[linux/amd64].d", "3"));
        SentArchive archive = Take(build);
        Descriptor top = Assert.Single(archive.Index.Manifests!);
        Assert.Equal((MediaTypes.OciIndex, answer["containerimage.digest"]), (top.MediaType, top.Digest));
        Assert.False(answer.ContainsKey("containerimage.config.digest"));
        ImageIndex index = ImageJson.ReadIndex(archive.Blob(top.Digest));
        Assert.Equal("1", index.Annotations!["i"]);
        Assert.Equal(["amd64", "arm64"], index.Manifests!.Select(m => m.Platform!.Architecture));
        Assert.Equal("3", index.Manifests![0].Annotations!["d"]);
        Assert.Null(archive.Manifest(index.Manifests[0]).Annotations);
        Assert.Equal("2", archive.Manifest(index.Manifests[1]).Annotations!["a"]);

        await Assert.ThrowsAnyAsync<QuaiException>(() => build.ExportTwoAsync("docker"));
    }

    [Fact]
    public async Task A_file_is_not_whole_when_its_exporter_fails()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Build.Exporting.ClientFile.SendAsync(
            build.Session, 0, new Dictionary<string, string>(), (_, _) => throw new InvalidOperationException("half way"), stop.Token));
        Assert.True(build.Session.Files[0].IsBroken);
        await Build.Exporting.ClientFile.SendAsync(build.Session, 0, new Dictionary<string, string>(), (target, token) => target.WriteAsync("x"u8.ToArray(), token).AsTask(), stop.Token);
        Assert.True(build.Session.Files[1].IsWhole);
    }

    [Theory]
    [InlineData("compression", "lzma", ErrorKind.InvalidParameter)]
    [InlineData("force-compression", "maybe", ErrorKind.InvalidParameter)]
    [InlineData("name", "UPPER", ErrorKind.InvalidParameter)]
    [InlineData("annotation-nothing.k", "v", ErrorKind.InvalidParameter)]
    [InlineData("annotation-index.k", "v", ErrorKind.InvalidParameter)]
    public async Task What_cannot_be_done_is_refused_before_anything_is_sent(string name, string value, ErrorKind kind)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ExportAsync(Graph.File("/f", "x"), "oci", (name, value)));
        Assert.Equal(kind, error.Kind);
        Assert.Empty(build.Session.Files);
    }

    private static SentArchive Take(BuildFixture build)
    {
        Assert.True(build.Session.Files[^1].IsWhole);
        return new SentArchive(build.Session.Files[^1].ToArray());
    }

    private static IEnumerable<string?> Types(SentArchive archive) => archive.Manifest(archive.Index.Manifests![0]).Layers!.Select(l => l.MediaType);
}
