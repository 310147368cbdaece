using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Content.Tests;

/// <summary>Content as used by code that builds images from it: what has an owner stays, what somebody holds stays as long, and nothing else is left.</summary>
public sealed class ContentTests
{
    private static readonly byte[] s_layer = new RawTar().Directory("etc/").File("etc/name", "base").File("old", "old").End();

    [Fact]
    public async Task A_layer_is_built_on_another()
    {
        await using var f = new ContentFixture();
        CommittedLayer made;
        string diffId = ContentFixture.Sum(s_layer);
        using (Lease lease = f.Store.Leases.Begin())
        {
            Digest blob = await f.IngestAsync(s_layer, lease);
            await f.Store.Layers.UnpackAsync(blob, diffId, diffId, lease, null, default);
            Snapshot first = await f.Store.Snapshots.PrepareAsync("first", _ => new SnapshotParent([diffId], "stage"), default);
            string upper = Path.Combine(first.Root, first.Upper);
            await File.WriteAllTextAsync(upper + "/new", "new");
            await File.WriteAllTextAsync(upper + "/left", "left");
            made = await f.Store.Differences.RunAsync(new Difference { Key = "first", Below = [diffId], LeftOut = new HashSet<string> { "left" } }, lease, default);
            Assert.Equal([diffId, made.DiffIds[1]], made.DiffIds);
            Assert.Equal(ChainIds.Of(made.DiffIds), made.ChainIds);

            // The blob is the layer, packed.
            await f.Store.Layers.UnpackAsync(Digest.Parse(made.Blob.Digest), made.DiffIds[1], made.DiffIds[1], lease, null, default);
            await f.OwnAsync(made.Blob.Digest, made.ChainIds);
        }

        Assert.Equal("stage", await f.Store.Snapshots.RemoveAsync("first", default));
        Assert.Null(await f.Store.Snapshots.RemoveAsync("first", default));
        await f.ReopenAsync();
        Assert.Equal([made.Blob.Digest], f.Database.Read(ContentRecords.Blobs).Select(b => b.Digest));
        Assert.Equal(made.ChainIds.Order(), f.Database.Read(ContentRecords.Layers).Select(l => l.ChainId).Order());
        Snapshot second = await f.Store.Snapshots.PrepareAsync("second", _ => new SnapshotParent(made.ChainIds, "stage"), default);
        Assert.Equal(2, second.Lower.Count);
        Assert.Equal("new", await File.ReadAllTextAsync(Path.Combine(second.Root, second.Lower[0], "new")));
        Assert.False(File.Exists(Path.Combine(second.Root, second.Lower[0], "left")));
        Assert.Equal("base", await File.ReadAllTextAsync(Path.Combine(second.Root, second.Lower[1], "etc/name")));

        // What a snapshot lies on stays with it, though its owner has gone.
        await f.DisownAsync();
        await f.Store.Collector.RunAsync(default);
        Assert.Empty(f.Database.Read(ContentRecords.Blobs));
        Assert.Equal(2, f.Database.Read(ContentRecords.Layers).Count);
        await f.ReopenAsync("second");
        Assert.Equal(second, f.Store.Snapshots.Get("second") with { Lower = second.Lower });
        await f.Store.Snapshots.RemoveAsync("second", default);
        await f.Store.Collector.RunAsync(default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task What_is_held_goes_when_it_is_let_go()
    {
        await using var f = new ContentFixture();
        Lease lease = f.Store.Leases.Begin(), other = f.Store.Leases.Begin();
        Digest digest = await f.IngestAsync(s_layer, lease);
        Assert.Equal(s_layer.Length, await f.Store.Blobs.HoldAsync(digest, other, default));
        lease.Dispose();
        await f.Store.Collector.RunAsync(default);
        Assert.Equal(s_layer, f.Store.Blobs.Read(digest, s_layer.Length));
        other.Dispose();
        await f.AssertEmptyAsync();
        Assert.Throws<ObjectDisposedException>(() => other.Hold("sha256:1"));
    }

    [Fact]
    public async Task Whoever_looks_while_it_is_decided_what_goes_waits_and_finds_nothing()
    {
        await using var f = new ContentFixture();
        Lease lease = f.Store.Leases.Begin();
        Digest digest = await f.IngestAsync(s_layer, lease);
        lease.Dispose();
        using Lease late = f.Store.Leases.Begin();
        Task<bool>? layer = null;
        await f.Store.Collector.RunAsync((_, _) => layer = f.Store.Snapshots.HoldLayerAsync("sha256:1", late, default), measure: false, default);
        Assert.False(await layer!);
        Assert.Null(await f.Store.Blobs.HoldAsync(digest, late, default));
    }

    [Fact]
    public async Task Work_that_fails_leaves_nothing()
    {
        await using var f = new ContentFixture();
        await Assert.ThrowsAsync<TimeoutException>(() => f.Store.Work.RunAsync<bool>(async lease =>
        {
            string diffId = ContentFixture.Sum(s_layer);
            await f.Store.Layers.UnpackAsync(await f.IngestAsync(s_layer, lease), diffId, diffId, lease, null, default);
            throw new TimeoutException();
        }));
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_blob_that_is_another_layer_is_refused()
    {
        await using var f = new ContentFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.Work.RunAsync<bool>(async lease =>
        {
            await f.Store.Layers.UnpackAsync(await f.IngestAsync(s_layer, lease), "sha256:0", "sha256:0", lease, null, default);
            return true;
        }));
        Assert.Contains("don't match", e.Message, StringComparison.Ordinal);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_snapshot_needs_its_layers_and_a_key_of_its_own()
    {
        await using var f = new ContentFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.Snapshots.PrepareAsync("box", _ => new SnapshotParent(["sha256:1"], "x"), default));
        Assert.Equal(ErrorKind.NotFound, e.Kind);
        await Assert.ThrowsAsync<TimeoutException>(() => f.Store.Snapshots.PrepareAsync("box", _ => throw new TimeoutException(), default));
        await f.AssertEmptyAsync();
        Snapshot empty = await f.Store.Snapshots.PrepareAsync("box", _ => new SnapshotParent([], "x"), default);
        // Overlayfs has at least one directory below.
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(empty.Root, Assert.Single(empty.Lower))));
        Assert.True(Directory.Exists(Path.Combine(empty.Root, empty.Work)));
        e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.Snapshots.PrepareAsync("box", _ => new SnapshotParent([], "x"), default));
        Assert.Equal(ErrorKind.Conflict, e.Kind);
        Assert.Equal(["box"], f.Database.Read(c => ContentRecords.KeysOf(c, "x")));
        await f.ReopenAsync();
        await f.AssertEmptyAsync();
    }
}
