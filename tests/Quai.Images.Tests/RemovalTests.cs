using System.Text;
using Quai.Content.Snapshots;
using Quai.Content.Tests;
using Quai.Errors;
using Quai.Metadata;
using Quai.Oci.Images;
using Quai.Registry.Tests;

namespace Quai.Images.Tests;

/// <summary>What removal takes and what it leaves: parents, images of several platforms, what is just coming into use.</summary>
public sealed class RemovalTests
{
    private static readonly Func<string, IReadOnlyList<(string, bool)>> Unused = _ => [];

    [Fact]
    public async Task Events_are_Dockers_and_come_when_it_is_done()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, "sample:1", SampleImage.BaseLayer);
        string id = f.Store.Resolve("sample:1").Id;
        List<string> events = [];
        f.Store.Changed += (action, about, name) => events.Add($"{action} {about == id} {name == id}");
        await f.Store.RemoveAsync("sample:1", false, false, Unused, default);
        Assert.Equal(["untag True True", "delete True True"], events);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_container_that_is_just_being_created_keeps_its_image()
    {
        await using var f = new StoreFixture();
        await LoadAsync(f, "sample:1", SampleImage.BaseLayer);
        string id = f.Store.Resolve("sample:1").Id;

        // The engine does not know it yet: only its snapshot is reserved.
        await f.Store.PrepareSnapshotAsync("aaaaaaaaaaaabbbb", id, default);
        await Conflicts(f, "sample:1", "(must force) - container aaaaaaaaaaaa is using its referenced image");
        await Conflicts(f, id, "(must be forced) - image is being used by stopped container aaaaaaaaaaaa");
        Assert.Null(await f.Store.RemoveUnusedAsync(id, untaggedOnly: false, Unused, default));
        await f.Store.RemoveSnapshotAsync("aaaaaaaaaaaabbbb", default);
        Assert.NotNull(await f.Store.RemoveUnusedAsync(id, untaggedOnly: false, Unused, default));
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Parents_stay_as_long_as_they_have_children_and_go_with_the_last()
    {
        await using var f = new StoreFixture();
        (string parent, string child) = await FamilyAsync(f);
        Assert.Equal((parent, 1), (f.Store.Resolve(child).Parent, f.Store.Resolve(parent).Children));
        Assert.Equal([child, parent, "<missing>"], f.Store.History("child:1").Select(h => h.Id));
        await Conflicts(f, parent, "(cannot be forced) - image has dependent child images", force: true);

        // By name only the name goes.
        Assert.Equal([new ImageDeleted("parent:1", null)], await f.Store.RemoveAsync("parent:1", false, false, Unused, default));
        Assert.Null(await f.Store.RemoveUnusedAsync(parent, untaggedOnly: true, Unused, default));
        IReadOnlyList<ImageDeleted> removed = await f.Store.RemoveAsync("child:1", false, false, Unused, default);
        Assert.Equal([child, parent], removed.Select(r => r.Deleted).Where(d => d == child || d == parent));
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Noprune_keeps_untagged_parents()
    {
        await using var f = new StoreFixture();
        (string parent, _) = await FamilyAsync(f);
        await f.Store.RemoveAsync("parent:1", false, false, Unused, default);
        await f.Store.RemoveAsync("child:1", false, noPrune: true, Unused, default);
        Assert.Equal(parent, Assert.Single(f.Store.List()).Id);
        await f.Store.RemoveAsync(parent, false, false, Unused, default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Tagged_parents_stay()
    {
        await using var f = new StoreFixture();
        (string parent, _) = await FamilyAsync(f);
        await f.Store.RemoveAsync("child:1", false, false, Unused, default);
        Assert.Equal(["parent:1"], f.Store.Resolve(parent).RepoTags);
    }

    [Fact]
    public async Task Space_given_back_is_what_the_disk_gets()
    {
        await using var f = new StoreFixture();
        byte[] big = new RawTar().File("big", new string('b', 1_000_000)).End();
        await LoadAsync(f, "one:1", SampleImage.BaseLayer);
        await LoadAsync(f, "two:1", SampleImage.BaseLayer, big);
        ImageDiskUsage before = await f.Store.DiskUsageAsync(default);
        string two = f.Store.Resolve("two:1").Id, one = f.Store.Resolve("one:1").Id;
        long disk = await DiskAsync(f);
        Assert.InRange(before.Total, disk - 40_000, disk);

        // The shared layer is counted once in all, and for both as shared.
        Assert.Equal(before.Images[one].Shared, before.Images[two].Shared);
        Assert.Equal(before.Total, before.Images[one].Size + before.Images[two].Size - before.Images[one].Shared);
        Assert.Equal(before.Images[one].Size, before.Needed([one]));
        PrunedImages pruned = (await f.Store.RemoveUnusedAsync(two, untaggedOnly: false, Unused, default))!;
        Assert.Equal(before.Images[two].Size - before.Images[two].Shared, pruned.Bytes);
        Assert.True(pruned.Bytes > 2_000_000);
        await f.ReopenAsync();
        await f.Services.DisposeAsync();
        Assert.InRange(disk - await DiskAsync(f), pruned.Bytes, pruned.Bytes + 40_000);
    }

    [Fact]
    public async Task Images_of_several_platforms_share_a_name()
    {
        await using var f = new StoreFixture();
        TwoPlatforms two = new();
        await using var registry = new FakeRegistry(two.Answer);
        string name = $"{registry.Address}/multi:1";
        Image arm = await f.Store.PullAsync(name, "linux/arm64", null, f.Progress, default);
        Assert.Equal(arm.Id, f.Store.Resolve(name).Id);
        Image amd = await f.Store.PullAsync(name, "linux/amd64", null, f.Progress, default);
        Assert.NotEqual(arm.Id, amd.Id);
        Assert.Equal(Platform.Host.Architecture == "arm64" ? arm.Id : amd.Id, f.Store.Resolve(name).Id);
        Assert.Equal(arm.Id, f.Store.Resolve(name, Platform.Parse("linux/arm64/v8")).Id);
        Assert.Equal(amd.Id, f.Store.Resolve(name, Platform.Parse("linux/amd64")).Id);
        QuaiException e = Assert.Throws<QuaiException>(() => f.Store.Resolve(name, Platform.Parse("linux/s390x")));
        Assert.Equal(ErrorKind.NotFound, e.Kind);
        Assert.EndsWith(" was found but does not match the specified platform: wanted linux/s390x, actual: linux/amd64, linux/arm64", e.Message, StringComparison.Ordinal);
        Assert.Equal([true, true, false], f.Store.Manifests(amd.Id).Select(m => m.ImageId is not null));

        // One of them can go alone; a name that is given on is given by both.
        await f.Store.TagAsync(name, "other", "1", default);
        Assert.Equal(2, f.Store.ResolveAll("other:1").Count);
        IReadOnlyList<ImageDeleted> one = await f.Store.RemoveAsync("other:1", false, false, Unused, default, [Platform.Parse("linux/arm64")]);
        Assert.Equal([new ImageDeleted("other:1", null)], one);
        Assert.Equal(amd.Id, Assert.Single(f.Store.ResolveAll("other:1")).Id);
        await f.Store.RemoveAsync("other:1", false, false, Unused, default);
        IReadOnlyList<ImageDeleted> removed = await f.Store.RemoveAsync(name, false, false, Unused, default);
        Assert.Equal(2, removed.Count(r => r.Deleted == arm.Id || r.Deleted == amd.Id));
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_tag_that_moves_leaves_all_platforms()
    {
        await using var f = new StoreFixture();
        TwoPlatforms two = new();
        await using var registry = new FakeRegistry(two.Answer);
        string name = $"{registry.Address}/multi:1";
        await f.Store.PullAsync(name, "linux/arm64", null, f.Progress, default);
        await f.Store.PullAsync(name, "linux/amd64", null, f.Progress, default);
        await LoadAsync(f, "sample:1", SampleImage.BaseLayer);
        await f.Store.TagAsync("sample:1", name, null, default);
        Assert.Equal(f.Store.Resolve("sample:1").Id, Assert.Single(f.Store.ResolveAll(name)).Id);
        Assert.Equal(3, f.Store.List().Count);
    }

    [Fact]
    public async Task Loads_prunes_and_removals_at_once_lose_nothing_and_leave_nothing()
    {
        await using var f = new StoreFixture();
        byte[][] archives = [.. Enumerable.Range(0, 4).Select(i => SampleImage.Archive($"s{i}:1", SampleImage.BaseLayer, new RawTar().File("n", i.ToString()).End()))];
        using var stop = new CancellationTokenSource();
        Task pruning = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (Image image in f.Store.List())
                {
                    await f.Store.RemoveUnusedAsync(image.Id, untaggedOnly: true, Unused, default);
                }
            }
        });
        int prepared = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (int round = 0; round < 25; round++)
            {
                LoadedImage loaded = Assert.Single(await f.Store.LoadAsync(new MemoryStream(archives[worker]), [], f.Progress, default));
                string key = $"c{worker}x{round}";
                Snapshot snapshot = await f.Store.PrepareSnapshotAsync(key, loaded.Id, default);
                Assert.All(snapshot.Lower, l => Assert.True(Directory.Exists(Path.Combine(snapshot.Root, l)), l));
                await f.Store.RemoveAsync($"s{worker}:1", force: true, false, Unused, default);
                Assert.Equal(worker.ToString(), await File.ReadAllTextAsync(Path.Combine(snapshot.Root, snapshot.Lower[0], "n")));
                Assert.Equal("root", await File.ReadAllTextAsync(Path.Combine(snapshot.Root, snapshot.Lower[1], "etc/passwd")));
                await f.Store.RemoveSnapshotAsync(key, default);
                Interlocked.Increment(ref prepared);
            }
        })));
        await stop.CancelAsync();
        await pruning;
        Assert.Equal(100, prepared);
        await f.AssertEmptyAsync();
    }

    private static async Task<(string Parent, string Child)> FamilyAsync(StoreFixture f)
    {
        await LoadAsync(f, "parent:1", SampleImage.BaseLayer);
        await LoadAsync(f, "child:1", SampleImage.BaseLayer, SampleImage.TopLayer);
        (string parent, string child) = (f.Store.Resolve("parent:1").Id, f.Store.Resolve("child:1").Id);

        // As a commit records it.
        await f.Database.WriteAsync(c => c.Run("UPDATE images SET parent=$p WHERE id=$i", ("$p", parent), ("$i", child)));
        await f.ReopenAsync();
        return (parent, child);
    }

    private static async Task Conflicts(StoreFixture f, string reference, string message, bool force = false)
    {
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.RemoveAsync(reference, force, false, Unused, default));
        Assert.Equal(ErrorKind.Conflict, e.Kind);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static async Task<long> DiskAsync(StoreFixture f) =>
        long.Parse((await ProcessRunner.OutputAsync("du", "-s", "-B1", f.StoreRoot)).Split('\t')[0]);

    private static Task LoadAsync(StoreFixture f, string name, params byte[][] layers) =>
        f.Store.LoadAsync(new MemoryStream(SampleImage.Archive(name, layers)), [], f.Progress, default);

    /// <summary>A registry's repository with an index of two platforms' images and a third that nobody pulls.</summary>
    private sealed class TwoPlatforms
    {
        private readonly Dictionary<string, (byte[] Body, string Type)> _blobs = [];
        private readonly byte[] _index;

        public TwoPlatforms()
        {
            string entries = string.Join(',', ((string[])["arm64", "amd64", "s390x"]).Select(a => Entry(a, Encoding.UTF8.GetBytes(a))));
            _index = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{entries}}]}""");
            Add(_index, MediaTypes.OciIndex);
        }

        public byte[] Answer(FakeRegistry.Request request)
        {
            string last = request.Path.Split('/')[^1];
            (byte[] Body, string Type) answer = last == "1" ? (_index, MediaTypes.OciIndex) : _blobs.GetValueOrDefault(last);
            return request.Path == "/v2/" ? FakeRegistry.Respond(200, "") : answer.Body is null ? FakeRegistry.Respond(404, "") : FakeRegistry.Respond(200, answer.Body, "Content-Type: " + answer.Type);
        }

        private string Entry(string architecture, byte[] content)
        {
            byte[] layer = new RawTar().File("which", Encoding.UTF8.GetString(content)).End();
            string config = Add(Encoding.UTF8.GetBytes($$"""{"architecture":"{{architecture}}","os":"linux","rootfs":{"type":"layers","diff_ids":["{{SampleImage.DiffId(layer)}}"]} }"""), MediaTypes.OciConfig);
            string manifest = Add(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{config}},"layers":[{{Add(layer, MediaTypes.OciLayer)}}] }"""), MediaTypes.OciManifest);
            return manifest[..^1] + $$""","platform":{"architecture":"{{architecture}}","os":"linux"} }""";
        }

        private string Add(byte[] body, string type)
        {
            string digest = SampleImage.DiffId(body);
            _blobs[digest] = (body, type);
            return $$"""{"mediaType":"{{type}}","digest":"{{digest}}","size":{{body.Length}}}""";
        }
    }
}
