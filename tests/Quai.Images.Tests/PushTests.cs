using System.Text;
using Quai.Errors;
using Quai.Metadata;
using Quai.Registry;
using Quai.Registry.Tests;
using static Quai.Registry.Tests.FakeRegistry;

namespace Quai.Images.Tests;

/// <summary>Pushes to Debian's docker-registry.</summary>
public sealed class PushTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly ImageStoreOptions Chunked = StoreFixture.Quickly(new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), UploadChunkSize = 1000 });

    [Fact]
    public async Task In_chunks_it_arrives_whole()
    {
        await using var f = new StoreFixture(Chunked);
        await LoadAsync(f, "chunks:1", new RawTar().File("noise", Noise(50_000)).End());
        await f.Registries.PushAsync($"{registry.Address}/chunks", "1", null, null, f.Progress, default);
        await using var g = new StoreFixture();
        Image image = await g.Store.PullAsync($"{registry.Address}/chunks:1", null, null, g.Progress, default);
        Assert.Equal(Noise(50_000), File.ReadAllText(image.LayerDirectories[0] + "/noise"));
        PushResult said = Assert.Single(f.Progress.All, m => m.Aux is not null).Aux!;
        Assert.Equal(image.RepoDigests[0].Split('@')[1], said.Digest);
        Assert.Equal(("1", $"1: digest: {said.Digest} size: {said.Size}"), (said.Tag, f.Progress.All[^2].Status));
    }

    [Fact]
    public async Task Compressing_gives_the_same_bytes_in_every_store_and_replaces_the_plain_layer()
    {
        List<string> digests = [];
        byte[] layer = new RawTar().File("noise", Noise(20_000)).End();
        foreach (string name in (string[])["same-a", "same-b"])
        {
            await using var f = new StoreFixture();
            await LoadAsync(f, name + ":1", layer);
            string id = f.Store.Resolve($"{registry.Address}/{name}:1").Id;
            await f.Registries.PushAsync($"{registry.Address}/{name}", "1", null, null, f.Progress, default);
            Image image = f.Store.Resolve($"{registry.Address}/{name}:1");
            Assert.Equal(id, image.Id);
            Assert.Equal([$"{registry.Address}/{name}@{image.ManifestDigest}"], image.RepoDigests);
            Assert.False(File.Exists(Path.Combine(f.StoreRoot, "content", "blobs", "sha256", SampleImage.DiffId(layer)["sha256:".Length..])));
            digests.Add(image.ManifestDigest!);

            // The name goes with its digest, and all that was packed with both.
            await f.Store.RemoveAsync($"{registry.Address}/{name}:1", true, false, _ => [], default);
            await f.AssertEmptyAsync();
        }

        Assert.Equal(digests[0], digests[1]);
    }

    [Fact]
    public async Task A_plain_layer_that_was_pulled_stays_plain()
    {
        byte[] plain = new RawTar().File("plain", "as it came").End();
        string config = SampleImage.Config(plain);
        byte[] manifest = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{SampleImage.Id(plain)}}","size":{{config.Length}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{SampleImage.DiffId(plain)}}","size":{{plain.Length}}}]}""");
        await using var source = new FakeRegistry(r =>
            r.Path == "/v2/" ? Respond(200, "{}")
            : r.Path.EndsWith(SampleImage.DiffId(plain), StringComparison.Ordinal) ? Respond(200, plain)
            : r.Path.EndsWith(SampleImage.Id(plain), StringComparison.Ordinal) ? Respond(200, config)
            : Respond(200, manifest, "Content-Type: application/vnd.oci.image.manifest.v1+json"));
        await using var f = new StoreFixture();
        await f.Store.PullAsync(source.Address + "/plain:1", null, null, f.Progress, default);
        await f.Store.TagAsync(source.Address + "/plain:1", registry.Address + "/plain", "1", default);
        await f.Registries.PushAsync(registry.Address + "/plain", "1", null, null, f.Progress, default);
        Assert.Equal(SampleImage.DiffId(manifest), Assert.Single(f.Progress.All, m => m.Aux is not null).Aux!.Digest);
    }

    [Fact]
    public async Task A_repository_that_lost_a_blob_is_forgotten_and_the_blob_is_sent()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, "lost:1", new RawTar().File("lost", Noise(9000)).End());
        await f.Registries.PushAsync($"{registry.Address}/lost", "1", null, null, f.Progress, default);
        await f.Database.WriteAsync(c => c.Run("UPDATE blob_repositories SET repository='nowhere/at/all'"));
        await f.Store.TagAsync($"{registry.Address}/lost:1", $"{registry.Address}/found", "1", default);
        f.Progress.Clear();
        await f.Registries.PushAsync($"{registry.Address}/found", "1", null, null, f.Progress, default);
        Assert.Contains(f.Progress.All, m => m.Status == "Pushed");
        Assert.Equal(0, f.Database.Read(c => c.Scalar<long>("SELECT count(*) FROM blob_repositories WHERE repository='nowhere/at/all'")));
    }

    [Fact]
    public async Task What_cannot_be_pushed_is_said()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, "here:1", SampleImage.BaseLayer);
        await SaysAsync($"An image does not exist locally with the tag: {registry.Address}/absent", $"{registry.Address}/absent", "1");
        await SaysAsync($"tag does not exist: {registry.Address}/here:2", $"{registry.Address}/here", "2");
        await SaysAsync("cannot push a digest reference", $"{registry.Address}/here@{SampleImage.Id()}", null);
        await SaysAsync("invalid tag format", $"{registry.Address}/here", "-");

        async Task SaysAsync(string message, string name, string? tag) =>
            Assert.Equal(message, (await Assert.ThrowsAsync<QuaiException>(() => f.Registries.PushAsync(name, tag, null, null, f.Progress, default))).Message);
    }

    [Fact]
    public async Task Tags_are_listed_page_after_page()
    {
        await using var paged = new FakeRegistry(r => r.Path switch
        {
            "/v2/" => Respond(200, "{}"),
            "/v2/many/tags/list" => Respond(200, """{"name":"many","tags":["a","b"]}""", "Link: </v2/many/tags/list?last=b&n=2>; rel=\"next\""),
            "/v2/many/tags/list?last=b&n=2" => Respond(200, """{"name":"many","tags":["c"]}"""),
            _ => Respond(404, ""),
        });
        await using var f = new StoreFixture();
        Assert.Equal(["a", "b", "c"], await f.Registries.ListTagsAsync(paged.Address + "/many", null, default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Referrers_are_found_by_either_way(bool listed)
    {
        const string index = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"SUM","size":3,"artifactType":"application/sig"},{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"SUM","size":3,"artifactType":"application/sbom"}]}""";
        string subject = SampleImage.DiffId([1]);
        string answer = index.Replace("SUM", SampleImage.DiffId([2]), StringComparison.Ordinal);
        await using var source = new FakeRegistry(r =>
            r.Path == "/v2/" ? Respond(200, "{}")
            : r.Path.StartsWith($"/v2/app/referrers/{subject}", StringComparison.Ordinal) && listed ? Respond(200, answer, "Content-Type: application/vnd.oci.image.index.v1+json")
            : r.Path == $"/v2/app/manifests/{subject.Replace(':', '-')}" && !listed ? Respond(200, answer, "Content-Type: application/vnd.oci.image.index.v1+json")
            : Respond(404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""));
        await using var f = new StoreFixture();
        ReferrerList all = await f.Registries.ReferrersAsync($"{source.Address}/app@{subject}", null, null, default);
        Assert.Equal(["application/sig", "application/sbom"], all.Manifests.Select(m => m.ArtifactType));
        ReferrerList some = await f.Registries.ReferrersAsync($"{source.Address}/app@{subject}", "application/sbom", null, default);
        Assert.Equal(["application/sbom"], some.Manifests.Select(m => m.ArtifactType));
        Assert.Empty((await f.Registries.ReferrersAsync($"{source.Address}/app@{SampleImage.DiffId([9])}", null, null, default)).Manifests);
    }

    private static string Noise(int length)
    {
        var random = new Random(11);
        return string.Create(length, random, static (span, r) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = (char)('!' + r.Next(90));
            }
        });
    }

    private Task LoadAsync(StoreFixture f, string name, byte[] layer) =>
        f.Store.LoadAsync(new MemoryStream(SampleImage.Archive($"{registry.Address}/{name}", layer)), [], f.Progress, default);
}
