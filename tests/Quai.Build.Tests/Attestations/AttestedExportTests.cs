using System.Formats.Tar;
using System.Text.Json;
using Quai.Build.Attestations;
using Quai.Build.Attestations.Bills;
using Quai.Build.Trees;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Tests.Attestations;

public sealed class AttestedExportTests
{
    private static readonly AttestationDemands s_both = new() { Provenance = new ProvenanceDemand(), Bill = new BillDemand(null, new Dictionary<string, string>()) };

    [Fact]
    public async Task An_image_has_an_index_with_what_is_attested()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        IReadOnlyDictionary<string, string> plain = await build.ExportAsync(Graph.File("/f", "x"), "image", ("name", "plain:1"));
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "x"), s_both, "image", ("name", "attested:1"));
        ImageIndex index = ImageJson.ReadIndex(Read(build, answer["containerimage.digest"]));
        Assert.Equal(["amd64", "unknown"], index.Manifests!.Select(m => m.Platform!.Architecture));
        Descriptor image = index.Manifests![0], about = index.Manifests[1];
        Assert.Equal(
            ("attestation-manifest", image.Digest), (about.Annotations!["vnd.docker.reference.type"], about.Annotations["vnd.docker.reference.digest"]));
        Manifest manifest = ImageJson.ReadManifest(Read(build, about.Digest));
        Assert.Equal(["https://spdx.dev/Document", "https://slsa.dev/provenance/v0.2"], manifest.Layers!.Select(l => l.Annotations!["in-toto.io/predicate-type"]));
        Assert.Equal(manifest.Layers!.Select(l => l.Digest), ImageJson.ReadConfig(Read(build, manifest.Config!.Digest)).RootFs.DiffIds);
        foreach (Descriptor layer in manifest.Layers!)
        {
            using JsonDocument statement = JsonDocument.Parse(Read(build, layer.Digest));
            JsonElement subject = Assert.Single(statement.RootElement.GetProperty("subject").EnumerateArray());
            Assert.Equal("pkg:docker/attested@1?platform=linux%2Famd64", subject.GetProperty("name").GetString());
            Assert.Equal(image.Digest, "sha256:" + subject.GetProperty("digest").GetProperty("sha256").GetString());
            Assert.Equal("https://in-toto.io/Statement/v0.1", statement.RootElement.GetProperty("_type").GetString());
        }

        // The image itself is the same with and without.
        Assert.Equal(plain["containerimage.config.digest"], answer["containerimage.config.digest"]);
        Assert.Equal(plain["containerimage.config.digest"], build.Images.Images.Resolve("attested:1").Id);
    }

    [Fact]
    public async Task Artifacts_name_their_subject()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "x"), s_both, "image", ("name", "artifact:1"), ("oci-artifact", "true"));
        ImageIndex index = ImageJson.ReadIndex(Read(build, answer["containerimage.digest"]));
        Manifest manifest = ImageJson.ReadManifest(Read(build, index.Manifests![1].Digest));
        Assert.Equal("application/vnd.docker.attestation.manifest.v1+json", manifest.ArtifactType);
        Assert.Equal((index.Manifests[0].Digest, "application/vnd.oci.empty.v1+json"), (manifest.Subject!.Digest, manifest.Config!.MediaType));
    }

    [Fact]
    public async Task What_was_attested_goes_when_the_same_is_built_again()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string first = (await build.ExportAsync(Graph.File("/f", "x"), s_both, "image", ("name", "again:1")))["containerimage.digest"];
        string other = (await build.ExportAsync(Graph.File("/f", "x"), s_both, "image", ("name", "other:1")))["containerimage.digest"];
        string second = (await build.ExportAsync(Graph.File("/f", "x"), s_both, "image", ("name", "again:1")))["containerimage.digest"];
        Image image = build.Images.Images.Resolve("again:1");
        Assert.Equal([$"again@{second}", $"other@{other}"], image.RepoDigests.Order(StringComparer.Ordinal));
        await build.Images.Content.Collector.RunQuietlyAsync();
        Assert.False(File.Exists(build.Images.Content.Blobs.PathOf(Digest.Parse(first))));
        Assert.True(File.Exists(build.Images.Content.Blobs.PathOf(Digest.Parse(second))));

        // And nothing is attested where nothing is asked for; another tag of the repository keeps it.
        await build.ExportAsync(Graph.File("/f", "x"), "image", ("name", "other:2"));
        Assert.Contains($"other@{other}", build.Images.Images.Resolve("other:2").RepoDigests);
        await build.ExportAsync(Graph.File("/f", "x"), "image", ("name", "again:1"));
        Assert.Equal([$"other@{other}"], build.Images.Images.Resolve("again:1").RepoDigests);
    }

    [Fact]
    public async Task Files_have_it_beside_them()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await build.ExportAsync(Graph.Files(("/z", "x"), ("/att-provenance.json", "mine")), s_both, "local", ("attestation-prefix", "att-"));
        IReadOnlyList<(string Path, string? Text)> sent = build.Session.Trees[0];
        Assert.Equal(["att-provenance.json", "att-sbom.spdx.json", "z"], sent.Select(s => s.Path));
        using JsonDocument statement = JsonDocument.Parse(sent[0].Text!);
        Assert.Equal(["att-provenance.json", "z"], statement.RootElement.GetProperty("subject").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        await build.ExportAsync(Graph.File("/z", "x"), s_both, "tar");
        using var reader = new TarReader(new MemoryStream(build.Session.Files[0].ToArray()));
        List<string> names = [];
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Equal(["z", "sbom.spdx.json", "provenance.json"], names);
        await Assert.ThrowsAnyAsync<QuaiException>(() => build.ExportAsync(Graph.File("/z", "x"), s_both, "local", ("attestation-prefix", "a/")));
    }

    [Fact]
    public async Task What_is_for_images_alone_is_in_images_alone()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        var inline = new AttestationDemands { Provenance = new ProvenanceDemand { IsInlineOnly = true } };
        await build.ExportAsync(Graph.File("/f", "x"), inline, "local");
        Assert.Equal([("f", "x")], build.Session.Trees[0]);
        await build.ExportAsync(Graph.File("/f", "x"), inline, "docker", ("name", "a:1"));
        QuaiException refused = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ExportAsync(Graph.File("/f", "x"), s_both, "docker", ("name", "a:1")));
        Assert.Contains("manifest lists", refused.Message, StringComparison.Ordinal);
        IReadOnlyDictionary<string, string> answer = await build.ExportAsync(Graph.File("/f", "x"), inline, "image", ("name", "a:1"));
        Assert.Equal(2, ImageJson.ReadIndex(Read(build, answer["containerimage.digest"])).Manifests!.Count);
    }

    [Theory]
    [InlineData("sbom.spdx.json", "junk", "no JSON")]
    [InlineData("sbom.spdx.json", "[]", "no statement")]
    [InlineData("sbom.spdx.json", """{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","predicate":{}}""", "predicate type is \"x\"")]
    [InlineData("sbom.spdx.json", """{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://spdx.dev/Document"}""", "no statement")]
    [InlineData("other", "{}", "no statements")]
    public void What_a_generator_writes_wrong_is_said(string file, string text, string problem)
    {
        string root = Directory.CreateTempSubdirectory("quai-generated-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(root, file), text);
            File.CreateSymbolicLink(Path.Combine(root, "a.json"), "/etc/passwd");
            Assert.Contains(problem, Assert.ThrowsAny<QuaiException>(() => GeneratedBills.Read(new MergedTree([root]), "gen:1")).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static byte[] Read(BuildFixture build, string digest) => build.Images.Content.Blobs.Read(Digest.Parse(digest), 1 << 20);
}
