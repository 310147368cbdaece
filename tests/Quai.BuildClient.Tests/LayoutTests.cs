using System.Security.Cryptography;
using Quai.BuildClient.Builds;
using Quai.BuildClient.Layouts;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.BuildClient.Tests;

/// <summary>Folders in OCI layout.</summary>
public sealed class LayoutTests
{
    private static readonly Descriptor s_one = Described("one"), s_two = Described("two");

    [Fact]
    public void A_name_means_what_it_was_given_to_last()
    {
        using var folder = new TestFolder();
        var layout = new LayoutFolder(folder["deep/layout"]);
        layout.Put(s_one, [new LayoutName("latest")]);
        Assert.Equal(
            $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{s_one.Digest}}}","size":3,"annotations":{"org.opencontainers.image.ref.name":"latest"}}]}""",
            File.ReadAllText(folder["deep/layout/index.json"]));
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", File.ReadAllText(folder["deep/layout/oci-layout"]));
        Assert.Equal(s_one.Digest, layout.FindOnly()!.Digest);
        layout.Put(s_two, [new LayoutName("other"), LayoutName.OfImage("docker.io/library/app:latest")]);
        Assert.Equal(s_one.Digest, layout.Find("latest")!.Digest);
        layout.Put(s_two, [new LayoutName("latest")]);
        Assert.Equal(s_two.Digest, layout.Find("latest")!.Digest);
        Assert.Equal(s_two.Digest, layout.Find("other")!.Digest);
        Assert.Null(layout.Find("none"));
        Assert.Null(layout.FindOnly());
        Assert.Equal(["index.json", "oci-layout"], Directory.GetFileSystemEntries(folder["deep/layout"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Many_may_name_things_at_once()
    {
        using var folder = new TestFolder();
        string[] tags = [.. Enumerable.Range(0, 40).Select(n => $"t{n}")];
        await Parallel.ForEachAsync(tags, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (tag, _) =>
        {
            await Task.Yield();
            new LayoutFolder(folder.Path).Put(s_one, [new LayoutName(tag)]);
        });
        Assert.All(tags, t => Assert.NotNull(new LayoutFolder(folder.Path).Find(t)));
        Assert.False(File.Exists(folder["index.json.lock"]));
    }

    [Fact]
    public void What_is_no_index_is_said_to_be_none_and_stays()
    {
        using TestFolder folder = new TestFolder().Write("index.json", "{\"manifests\": 5}");
        var layout = new LayoutFolder(folder.Path);
        Assert.StartsWith($"could not read {folder["index.json"]}: ", Assert.Throws<QuaiException>(() => layout.Find("latest")).Message, StringComparison.Ordinal);
        Assert.Throws<QuaiException>(() => layout.Put(s_one, [new LayoutName("latest")]));
        Assert.Equal("{\"manifests\": 5}", File.ReadAllText(folder["index.json"]));
        using var none = new TestFolder();
        Assert.Equal($"could not read {none["index.json"]}: open {none["index.json"]}: no such file or directory", Assert.Throws<QuaiException>(() => new LayoutFolder(none.Path).Find("x")).Message);
    }

    [Fact]
    public void A_blob_is_there_once_it_is_complete_and_right()
    {
        using var folder = new TestFolder();
        var layout = new LayoutFolder(folder.Path);
        Digest digest = Digest.Of("content"u8);
        using (var wrong = new LayoutUpload(layout, Digest.Of("other"u8)))
        {
            wrong.Write("content"u8);
            Assert.Equal($"unexpected commit digest {digest}, expected {Digest.Of("other"u8)}", Assert.Throws<QuaiException>(() => wrong.Commit(7)).Message);
        }

        using (var upload = new LayoutUpload(layout, digest))
        {
            upload.Write("else"u8);
            upload.Seek(0);
            upload.Write("cont"u8);
            Assert.Throws<QuaiException>(() => upload.Seek(3));
            upload.Seek(4);
            upload.Write("ent"u8);
            Assert.Throws<QuaiException>(() => upload.Commit(8));
            Assert.False(File.Exists(layout.Locate(digest)));
            Assert.Equal(digest, upload.Commit(7));
        }

        Assert.Equal("content", File.ReadAllText(layout.Locate(digest)));
        Assert.Empty(Directory.GetFileSystemEntries(folder["ingest"]));
        Digest longer = Digest.FromHash(HashAlgorithmName.SHA512, SHA512.HashData("content"u8));
        using (var upload = new LayoutUpload(layout, longer))
        {
            upload.Write("content"u8);
            Assert.Equal(longer, upload.Commit(0));
        }
    }

    [Fact]
    public void Caches_are_known_by_what_their_tags_mean()
    {
        using var folder = new TestFolder();
        new LayoutFolder(folder["full"]).Put(s_one, [new LayoutName("latest")]);
        new LayoutFolder(folder["full"]).Put(s_two, [new LayoutName("two")]);
        List<string> warnings = [];
        CacheLocation other = new("registry", new Dictionary<string, string> { ["ref"] = "x" });
        LocalCaches caches = LocalCaches.Open(
            [Cache(("src", folder["full"])), other, Cache(("src", folder["full"]), ("tag", "two")), Cache(("src", folder["none"])), Cache(("src", folder["none"]), ("digest", "d"))],
            [Cache(("dest", folder["written"]), ("tag", "t"))],
            warnings.Add);
        Assert.Equal([s_one.Digest, null, s_two.Digest, "d"], caches.From.Select(c => c.Attributes.GetValueOrDefault("digest")));
        Assert.Equal([$"local cache import at {folder["none"]} not found due to err: could not read {folder["none/index.json"]}: open {folder["none/index.json"]}: no such file or directory"], warnings);
        Assert.False(Directory.Exists(folder["none"]));
        Assert.Equal([$"local:{folder["full"]}", $"local:{folder["none"]}", $"local:{folder["written"]}"], caches.Folders.Keys);

        // What is not there is not noted, whatever the builder says.
        Dictionary<string, string> response = new() { ["cache.manifest"] = $$"""{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{s_one.Digest}}","size":3}""" };
        caches.Note(response);
        Assert.False(File.Exists(folder["written/index.json"]));
        new TestFolderBlob(folder["written"]).Write("one");
        caches.Note(response);
        Assert.Equal(s_one.Digest, new LayoutFolder(folder["written"]).Find("t")!.Digest);
        Assert.Equal(
            "local cache importer requires either explicit digest, \"latest\" tag or custom tag on index.json",
            Assert.Throws<QuaiException>(() => LocalCaches.Open([Cache(("src", folder["full"]), ("tag", "no"))], [], warnings.Add)).Message);
    }

    private static CacheLocation Cache(params (string Name, string Value)[] attributes) => new("local", attributes.ToDictionary(a => a.Name, a => a.Value));

    private static Descriptor Described(string text) => new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)).ToString(), Size = text.Length };

    private sealed record TestFolderBlob(string Folder)
    {
        public void Write(string text)
        {
            using var upload = new LayoutUpload(new LayoutFolder(Folder), null);
            upload.Write(System.Text.Encoding.UTF8.GetBytes(text));
            upload.Commit(0);
        }
    }
}
