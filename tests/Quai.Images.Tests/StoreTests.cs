using System.IO.Compression;
using Quai.Content.Snapshots;
using Quai.Content.Tests;
using Quai.Errors;
using Quai.Linux;
using Quai.Metadata;

namespace Quai.Images.Tests;

/// <summary>Archives, names, removal, snapshots and recovery.</summary>
public sealed class StoreTests
{
    private static readonly byte[] Archive = SampleImage.Archive("sample:1", SampleImage.BaseLayer, SampleImage.TopLayer);
    private static readonly Func<string, IReadOnlyList<(string, bool)>> Unused = _ => [];

    [Fact]
    public async Task Load_save_and_load_again_keep_ids_and_names()
    {
        await using var f = new StoreFixture();
        LoadedImage loaded = Assert.Single(await LoadAsync(f, Archive));
        Assert.Equal(new LoadedImage(SampleImage.Id(SampleImage.BaseLayer, SampleImage.TopLayer), "sample:1"), loaded);
        Assert.Contains(f.Progress.All, m => m is { Status: "Loading layer", Current: > 0 });
        await f.Store.TagAsync("sample:1", "other", "2", default);
        using var saved = new MemoryStream();
        using (ISavedArchive archive = await f.Store.SaveAsync(["sample", "other:2"], [], default))
        {
            await archive.WriteAsync(saved, default);
            Assert.Equal(archive.Length, saved.Length);
        }


        await using var g = new StoreFixture();
        IReadOnlyList<LoadedImage> again = await LoadAsync(g, saved.ToArray());
        Assert.Equal(["other:2", "sample:1"], again.Select(i => i.Name).Order());
        Assert.Equal(f.Store.Resolve("sample:1").ManifestDigest, g.Store.Resolve("other:2").ManifestDigest);
        Assert.Equal(new string('n', 5000), File.ReadAllText(g.Store.Resolve("sample:1").LayerDirectories[0] + "/etc/new"));
    }

    [Fact]
    public async Task Skopeo_reads_what_is_saved_and_writes_what_is_loaded()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, Archive);
        string saved = Path.Combine(f.Root, "saved.tar");
        await using (FileStream file = File.Create(saved))
        {
            using ISavedArchive archive = await f.Store.SaveAsync(["sample:1"], [], default);
            await archive.WriteAsync(file, default);
        }

        string oci = Path.Combine(f.Root, "oci.tar");
        string unpacked = Path.Combine(f.Root, "layout");
        Directory.CreateDirectory(unpacked);
        await ProcessRunner.RunAsync("skopeo", "copy", "--insecure-policy", $"docker-archive:{saved}", $"oci-archive:{oci}:docker.io/library/fromoci:3");
        await ProcessRunner.RunAsync("tar", "xf", saved, "-C", unpacked);
        await ProcessRunner.RunAsync("skopeo", "copy", "--insecure-policy", $"oci:{unpacked}", $"dir:{f.Root}/dir");
        await using var g = new StoreFixture();
        LoadedImage loaded = Assert.Single(await LoadAsync(g, await File.ReadAllBytesAsync(oci)));
        Assert.Equal("fromoci:3", loaded.Name);
        Assert.Equal("root", File.ReadAllText(g.Store.Resolve("fromoci:3").LayerDirectories[1] + "/etc/passwd"));
    }

    [Fact]
    public async Task A_packed_archive_is_loaded()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Archive);
        }

        await using var f = new StoreFixture();
        Assert.Equal("sample:1", Assert.Single(await LoadAsync(f, packed.ToArray())).Name);
    }

    public static TheoryData<string, byte[]> BadArchives() => new()
    {
        { "does not contain a manifest.json", new RawTar().File("x").End() },
        { "invalid tar header", [.. Enumerable.Repeat((byte)7, 2000)] },
        { "unexpected EOF", Archive[..2000] },
        { "0/layer.tar: no such file", new RawTar().File("config.json", SampleImage.Config(SampleImage.BaseLayer)).File("manifest.json", """[{"Config":"config.json","Layers":["0/layer.tar"]}]""").End() },
        { "don't match image configuration", new RawTar().File("config.json", SampleImage.Config(SampleImage.BaseLayer)).File("l", System.Text.Encoding.Latin1.GetString(SampleImage.TopLayer)).File("manifest.json", """[{"Config":"config.json","Layers":["l"]}]""").End() },
        { "leads outside", SampleImage.Archive("evil:1", new RawTar().File("../evil").End()) },
        { "invalid reference format", SampleImage.Archive("a b", SampleImage.BaseLayer) },
        { "invalid manifest.json", new RawTar().File("manifest.json", "{").End() },
    };

    [Theory]
    [MemberData(nameof(BadArchives))]
    public async Task A_bad_archive_leaves_nothing(string message, byte[] archive)
    {
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => LoadAsync(f, archive));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Import_makes_an_image_of_a_tar()
    {
        await using var f = new StoreFixture();
        Image image = await f.Store.ImportAsync(
            new MemoryStream(SampleImage.BaseLayer), "imp:1", "hello",
            ["CMD [\"sh\", \"-l\"]", "ENTRYPOINT run it", "ENV A=b C=\"d e\"", "EXPOSE 80 53/udp", "LABEL x=\"y z\"", "USER nobody", "VOLUME /data", "WORKDIR /w", "STOPSIGNAL SIGINT"], null, default);
        Assert.Equal(["imp:1"], image.RepoTags);
        Assert.Equal(["sh", "-l"], image.Config.Config!.Cmd!);
        Assert.Equal(["/bin/sh", "-c", "run it"], image.Config.Config.Entrypoint!);
        Assert.Equal(["A=b", "C=d e"], image.Config.Config.Env!);
        Assert.Equal(["53/udp", "80/tcp"], image.Config.Config.ExposedPorts!.Keys.Order());
        Assert.Equal("y z", image.Config.Config.Labels!["x"]);
        Assert.Equal(("nobody", "/w", "SIGINT"), (image.Config.Config.User, image.Config.Config.WorkingDir, image.Config.Config.StopSignal));
        Assert.Equal("hello", Assert.Single(f.Store.History("imp:1")).Comment);
        Assert.Equal("#!", File.ReadAllText(image.LayerDirectories[0] + "/bin/sh"));
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.ImportAsync(new MemoryStream(), null, null, ["RUN x"], null, default));
        Assert.Equal("RUN is not a valid change command", e.Message);
    }

    [Fact]
    public async Task History_is_newest_first()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, Archive);
        IReadOnlyList<ImageHistory> history = f.Store.History("sample:1");
        Assert.Equal(["top", "ENV A=b", "base"], history.Select(h => h.CreatedBy));
        Assert.Equal([5000, 0, 9], history.Select(h => h.Size));
        Assert.Equal([f.Store.Resolve("sample:1").Id, "<missing>", "<missing>"], history.Select(h => h.Id));
    }

    [Fact]
    public async Task Names_are_resolved_as_Docker_does()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, Archive);
        Image image = f.Store.Resolve("sample:1");
        Assert.Same(image, f.Store.Resolve("docker.io/library/sample:1"));
        Assert.Same(image, f.Store.Resolve(image.Id));
        Assert.Same(image, f.Store.Resolve(image.Id[7..]));
        Assert.Same(image, f.Store.Resolve(image.Id[7..11]));
        Assert.Equal("No such image: sample:latest", Assert.Throws<ImageNotFoundException>(() => f.Store.Resolve("sample")).Message);
        Assert.Equal("invalid reference format", Assert.Throws<QuaiException>(() => f.Store.Resolve("a b")).Message);
    }

    [Fact]
    public async Task Removal_follows_Dockers_rules()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, Archive);
        string id = f.Store.Resolve("sample:1").Id;
        string shortId = id[7..19];
        IReadOnlyList<(string, bool)> Stopped(string _) => [("aaaaaaaaaaaabbbb", false)];
        IReadOnlyList<(string, bool)> Running(string _) => [("aaaaaaaaaaaabbbb", true)];
        await Fails("sample:1", false, Stopped, $"conflict: unable to remove repository reference \"sample:1\" (must force) - container aaaaaaaaaaaa is using its referenced image {shortId}");
        await Fails(id, false, Stopped, $"conflict: unable to delete {shortId} (must be forced) - image is being used by stopped container aaaaaaaaaaaa");
        await Fails(id, true, Running, $"conflict: unable to delete {shortId} (cannot be forced) - image is being used by running container aaaaaaaaaaaa");
        await f.Store.TagAsync("sample:1", "other", null, default);
        await Fails(shortId, false, Unused, $"conflict: unable to delete {shortId} (must be forced) - image is referenced in multiple repositories");
        Assert.Equal([new ImageDeleted("other:latest", null)], await f.Store.RemoveAsync("other", false, false, Stopped, default));

        // By force the name goes though the image must stay for a running container.
        Assert.Equal([new ImageDeleted("sample:1", null)], await f.Store.RemoveAsync("sample:1", true, false, Running, default));
        Assert.Empty(Assert.Single(f.Store.List()).RepoTags);
        IReadOnlyList<ImageDeleted> removed = await f.Store.RemoveAsync(shortId, false, false, Unused, default);
        Assert.Equal(id, removed[0].Deleted);
        Assert.Equal(3, removed.Count);
        await f.AssertEmptyAsync();

        async Task Fails(string reference, bool force, Func<string, IReadOnlyList<(string, bool)>> users, string message)
        {
            QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.RemoveAsync(reference, force, false, users, default));
            Assert.Equal(message, e.Message);
            Assert.Equal(ErrorKind.Conflict, e.Kind);
        }
    }

    [Fact]
    public async Task A_snapshot_keeps_its_layers_though_the_image_goes()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, Archive);
        Image image = f.Store.Resolve("sample:1");
        Snapshot snapshot = await f.Store.PrepareSnapshotAsync("c1", image.Id, default);
        Assert.Equal(image.LayerDirectories, snapshot.Lower.Select(l => Path.Combine(snapshot.Root, l)));
        Assert.True(Directory.Exists(Path.Combine(snapshot.Root, snapshot.Upper)));
        Assert.True(Directory.Exists(Path.Combine(snapshot.Root, snapshot.Work)));
        Assert.Equivalent(snapshot, f.Store.GetSnapshot("c1"));
        QuaiException twice = await Assert.ThrowsAsync<QuaiException>(() => f.Store.PrepareSnapshotAsync("c1", image.Id, default));
        Assert.Equal(ErrorKind.Conflict, twice.Kind);
        File.WriteAllText(Path.Combine(snapshot.Root, snapshot.Upper, "x"), "12345");
        Assert.Equal(5, await f.Store.SnapshotSizeAsync("c1", default));

        await f.Store.RemoveAsync("sample:1", true, false, _ => [("c1", false)], default);
        Assert.True(File.Exists(image.LayerDirectories[0] + "/etc/new"));
        await f.Store.RemoveSnapshotAsync("c1", default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Recovery_removes_what_nothing_owns()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, Archive);
        string id = f.Store.Resolve("sample:1").Id;
        Snapshot kept = await f.Store.PrepareSnapshotAsync("kept", id, default);
        Snapshot stray = await f.Store.PrepareSnapshotAsync("stray", id, default);
        File.WriteAllText(Path.Combine(kept.Root, kept.Upper, "mine"), "1");
        File.WriteAllText(Path.Combine(f.StoreRoot, "content/ingest/half"), "half");
        File.WriteAllText(Path.Combine(f.StoreRoot, "content/blobs/sha256/" + new string('0', 64)), "stray");
        Directory.CreateDirectory(Path.Combine(f.StoreRoot, "snapshots/999/fs"));
        Directory.CreateDirectory(Path.Combine(f.StoreRoot, "trash/7/fs"));
        await f.Database.WriteAsync(c => c.Run("INSERT INTO snapshots(chain_id, state) VALUES ('sha256:half', 0)"));
        await f.ReopenAsync("kept");
        Assert.Equal("1", File.ReadAllText(Path.Combine(kept.Root, f.Store.GetSnapshot("kept").Upper, "mine")));
        Assert.False(Directory.Exists(Path.GetDirectoryName(Path.Combine(stray.Root, stray.Upper))));
        Assert.False(Directory.Exists(Path.Combine(f.StoreRoot, "snapshots/999")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(f.StoreRoot, "content/ingest")));
        Assert.Equal(4, Directory.EnumerateFiles(Path.Combine(f.StoreRoot, "content/blobs/sha256")).Count());
        Assert.Equal(3, f.Database.Read(c => c.Scalar<long>("SELECT count(*) FROM snapshots")));
        Assert.Equal(id, f.Store.Resolve("sample:1").Id);
        await f.Services.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(f.StoreRoot, "trash")));
    }

    [Fact]
    public async Task A_loaded_name_is_taken_from_the_image_that_had_it()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, SampleImage.Archive("sample:1", SampleImage.BaseLayer));
        string old = f.Store.Resolve("sample:1").Id;
        await LoadAsync(f, Archive);
        Assert.Contains(f.Progress.All, m => m.Stream == $"The image sample:1 already exists, renaming the old one with ID {old} to empty string\n");
        Assert.Empty(f.Store.Resolve(old).RepoTags);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_full_disk_leaves_nothing(int megabytes)
    {
        string folder = Directory.CreateTempSubdirectory("quai-full-").FullName;
        await ProcessRunner.RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
        try
        {
            byte[] layer = new RawTar().File("big", new string('b', 2_000_000)).End();
            await using MetadataDatabase database = MetadataDatabase.Open(Path.Combine(Path.GetTempPath(), Path.GetFileName(folder) + ".db"), ImageServices.Migrations);
            await using (ImageServices store = ImageServices.Open(folder, database, new ImageStoreOptions()))
            {
                // The blob does not fit, or its files do not.
                LinuxException e = await Assert.ThrowsAsync<LinuxException>(() => store.Images.ImportAsync(new MemoryStream(layer), "big", null, [], null, default));
                Assert.Contains("no space left on device", e.Message, StringComparison.Ordinal);
                Assert.Empty(store.Images.List());
            }

            Assert.Empty(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "snapshots")));
            Assert.Equal(0, database.Read(c => c.Scalar<long>("SELECT (SELECT count(*) FROM blobs) + (SELECT count(*) FROM snapshots)")));
        }
        finally
        {
            await ProcessRunner.RunAsync("umount", folder);
            Directory.Delete(folder);
            foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(folder) + ".db*"))
            {
                File.Delete(file);
            }
        }
    }

    // A network stream's short reads.
    private static Task<IReadOnlyList<LoadedImage>> LoadAsync(StoreFixture f, byte[] archive) =>
        f.Store.LoadAsync(new BufferedStream(new MemoryStream(archive), 1000), [], f.Progress, default);
}
