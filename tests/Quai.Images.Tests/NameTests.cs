using System.Security.Cryptography;
using System.Text;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Tests;
using static Quai.Registry.Tests.FakeRegistry;

namespace Quai.Images.Tests;

/// <summary>What an image may be called, and what becomes of names that an older version took.</summary>
public sealed class NameTests
{
    private const string Digest = "sha256:abababababababababababababababababababababababababababababababab";

    [Theory]
    [InlineData("busybox:1", true)]
    [InlineData("registry.example:5000/team/app:v1", true)]
    [InlineData("HOST.EXAMPLE/app:1", true)]
    [InlineData("sha256/app:1", true)]
    [InlineData("localhost/app:1", true)]
    [InlineData("docker.io/library/app:1", true)]
    [InlineData("index.docker.io/app:1", true)]
    [InlineData("busybox", false)]
    [InlineData("busybox@" + Digest, false)]
    [InlineData("busybox:1@" + Digest, false)]
    [InlineData("sha256:0123456789ab", false)]
    [InlineData("sha512:0123456789ab", false)]
    [InlineData("docker.io/library/sha256:0123456789ab", false)]
    [InlineData("docker.io/registry.example/app:1", false)]
    [InlineData("docker.io/localhost/app:1", false)]
    [InlineData("docker.io/docker.io/app:1", false)]
    public void A_tag_is_checked(string text, bool good)
    {
        Exception? e = Record.Exception(() => ImageName.Tag(text));
        Assert.Equal(good, e is null);
        Assert.True(e is null or QuaiException { Kind: ErrorKind.InvalidParameter });
    }

    [Fact]
    public void What_no_text_could_name_is_no_tag()
    {
        ImageReference good = ImageReference.Parse("busybox:1");
        foreach (ImageReference bad in (ImageReference[])[good with { Tag = "../1" }, good with { Tag = "" }, good with { Path = "Library/x" }, good with { Domain = "a b" }, good with { Path = "library/../x" }])
        {
            Assert.Equal("invalid reference format", Assert.Throws<QuaiException>(() => ImageName.Tag(bad)).Message);
        }
    }

    [Theory]
    [InlineData("docker.io/library/trusted@" + Digest)]
    [InlineData("docker.io/library/trusted:1@" + Digest)]
    [InlineData("docker.io/library/sha256:0123456789ab")]
    [InlineData("docker.io/registry.example/app:1")]
    [InlineData("trusted:1")]
    [InlineData("docker.io/library/trusted")]
    [InlineData("Not a \u001b name")]
    [InlineData("")]
    public async Task A_stored_name_that_lies_is_not_served_and_goes(string stored)
    {
        await using var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream(SampleImage.Archive("sample:1", SampleImage.BaseLayer)), [], f.Progress, default);
        string id = f.Store.Resolve("sample:1").Id;
        await f.Database.WriteAsync(c => c.Run("INSERT INTO image_names(name, image_id) VALUES ($n, $i)", ("$n", stored), ("$i", id)), default);

        // Also in the moment before the store has recovered.
        await f.Services.DisposeAsync();
        await using (ImageServices early = ImageServices.Open(f.StoreRoot, f.Database, new ImageStoreOptions()))
        {
            Assert.Equal(["sample:1"], early.Images.Resolve(id).RepoTags);
            Assert.Empty(early.Images.Resolve(id).RepoDigests);
        }

        await f.ReopenAsync();
        Image image = f.Store.Resolve(id);
        Assert.Equal(["sample:1"], image.RepoTags);
        Assert.Empty(image.RepoDigests);
        Assert.Equal(1, f.Database.Read(c => c.Scalar<long>("SELECT count(*) FROM image_names")));
        await f.Store.RemoveAsync("sample:1", force: false, noPrune: false, static _ => [], default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_digest_is_named_only_where_the_image_came_by_it()
    {
        await using var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream(SampleImage.Archive("sample:1", SampleImage.BaseLayer)), [], f.Progress, default);
        Image image = f.Store.Resolve("sample:1");
        ImageReference repository = ImageReference.Parse("sample");
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Database.WriteAsync(
            c => NameTable.Point(c, image.Id, [ImageName.ByDigest(repository, Oci.Images.Digest.Parse(Digest))]), default));
        Assert.Contains("did not come by that digest", e.Message, StringComparison.Ordinal);
        await f.Database.WriteAsync(c => NameTable.Point(c, image.Id, [ImageName.ByDigest(repository, Oci.Images.Digest.Parse(image.ManifestDigest!))]), default);
        await f.ReopenAsync();
        Assert.Equal([$"sample@{image.ManifestDigest}"], f.Store.Resolve("sample:1").RepoDigests);
    }

    [Fact]
    public async Task An_archive_with_one_name_that_lies_is_not_half_loaded()
    {
        byte[] layer = SampleImage.BaseLayer;
        byte[] archive = new RawTar().File("a.tar", Encoding.Latin1.GetString(layer)).File("config.json", SampleImage.Config(layer))
            .File("manifest.json", $$"""[{"Config":"config.json","RepoTags":["good:1"],"Layers":["a.tar"]},{"Config":"config.json","RepoTags":["good:2","trusted@{{Digest}}"],"Layers":["a.tar"]}]""").End();
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.LoadAsync(new MemoryStream(archive), [], f.Progress, default));
        Assert.Contains($"invalid tag \"trusted@{Digest}\"", e.Message, StringComparison.Ordinal);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Indexes_that_list_each_other_many_times_over_end()
    {
        byte[] config = Encoding.UTF8.GetBytes(SampleImage.Config(SampleImage.BaseLayer));
        List<byte[]> blobs = [config];
        byte[] top = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{SampleImage.DiffId(config)}}","size":{{config.Length}}},"layers":[]}""");
        blobs.Add(top);
        string type = MediaTypes.OciManifest;
        for (int depth = 0; depth < 4; depth++)
        {
            string entry = $$"""{"mediaType":"{{type}}","digest":"{{SampleImage.DiffId(top)}}","size":{{top.Length}}}""";
            top = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{{string.Join(',', Enumerable.Repeat(entry, depth == 0 ? 1 : 1000))}}]}""");
            blobs.Add(top);
            type = MediaTypes.OciIndex;
        }

        var tar = new RawTar();
        blobs.ForEach(b => tar.File("blobs/sha256/" + Convert.ToHexStringLower(SHA256.HashData(b)), Encoding.UTF8.GetString(b)));
        byte[] archive = tar.File("index.json", Encoding.UTF8.GetString(top)).End();
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.LoadAsync(new MemoryStream(archive), [Platform.Parse("linux/s390x")], f.Progress, default));
        Assert.Contains("list more than 20000 manifests", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_gets_no_credentials()
    {
        byte[] layer = SampleImage.BaseLayer, config = Encoding.UTF8.GetBytes(SampleImage.Config(layer));
        byte[] manifest = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{SampleImage.DiffId(config)}}","size":{{config.Length}}},"layers":[{"mediaType":"{{MediaTypes.OciLayer}}","digest":"{{SampleImage.DiffId(layer)}}","size":{{layer.Length}}}]}""");
        FakeRegistry? self = null;
        await using FakeRegistry mirror = self = new FakeRegistry(r =>
            r.Path.StartsWith("/token", StringComparison.Ordinal) ? Respond(200, """{"token":"anonymous"}""")
            : r.Header("Authorization") is null ? Respond(401, "", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"mirror\"")
            : r.Path == "/v2/" ? Respond(200, "{}")
            : r.Path.EndsWith(SampleImage.DiffId(layer), StringComparison.Ordinal) ? Respond(200, layer)
            : r.Path.EndsWith(SampleImage.DiffId(config), StringComparison.Ordinal) ? Respond(200, config)
            : Respond(200, manifest, "Content-Type: " + MediaTypes.OciManifest));
        await using var f = new StoreFixture(StoreFixture.Quickly(new RegistryOptions { RegistryMirrors = [$"http://{mirror.Address}"] }));
        await f.Store.PullAsync("mirrored:1", null, new RegistryAuth("alice", "secret", "identity", "token", null), f.Progress, default);
        Assert.DoesNotContain(mirror.Requests, r => r.Path.Contains("alice", StringComparison.Ordinal) || r.Header("Authorization") is not (null or "Bearer anonymous"));
    }

    [Fact]
    public async Task Pages_that_never_end_do()
    {
        int page = 0;
        await using var registry = new FakeRegistry(r => r.Path == "/v2/" ? Respond(200, "{}")
            : Respond(200, $$"""{"name":"x","tags":[{{string.Join(',', Enumerable.Repeat("\"1\"", 100_000))}}]}""", $"Link: </v2/x/tags/list?last={Interlocked.Increment(ref page)}>; rel=\"next\""));
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => f.Registries.ListTagsAsync($"{registry.Address}/x", null, default));
        Assert.Contains("lists more than 500000 tags of x", e.Message, StringComparison.Ordinal);
    }
}
