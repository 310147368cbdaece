using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Verification;
using Quai.Metadata;

namespace Quai.Images.Tests;

/// <summary>
/// An image is removed just when somebody begins to read its parts, between deciding what to delete and deleting it. A lookup at that moment waits, and finds the image
/// gone; an earlier one keeps all of it.
/// </summary>
public sealed class HoldTests
{
    private const string Name = "127.0.0.1:1/sample:1";

    [Fact]
    public async Task What_is_just_being_removed_is_not_saved()
    {
        await using StoreFixture f = await LoadedAsync();
        Task<ISavedArchive> saving = await WhileRemovedAsync(f, () => f.Store.SaveAsync([Name], [], default));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => saving);
        await f.ReopenAsync();
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task What_is_just_being_removed_is_not_pushed()
    {
        await using StoreFixture f = await LoadedAsync();
        Task pushing = await WhileRemovedAsync(f, () => f.Registries.PushAsync("127.0.0.1:1/sample", "1", null, null, f.Progress, default));
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => pushing);
        Assert.Equal(ErrorKind.NotFound, e.Kind);
        Assert.Contains("tag does not exist: " + Name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_just_being_removed_gets_no_image_on_top()
    {
        await using StoreFixture f = await LoadedAsync();
        string parent = f.Store.Resolve(Name).Id;
        await f.Store.PrepareSnapshotAsync("box", parent, default);
        var commit = new ContainerCommit { Key = "box", ParentId = parent, Config = new(), ContainerConfig = new() };
        Task<Image> committing = await WhileRemovedAsync(f, () => f.Store.CommitAsync(commit, default));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => committing);
        await f.ReopenAsync();
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task What_is_just_being_removed_is_not_verified()
    {
        await using StoreFixture f = await LoadedAsync();
        List<VerificationFinding> findings = [];
        Task<VerificationSummary> verifying = await WhileRemovedAsync(f, () => f.Store.VerifyAsync([Name], new Listed(findings), default));
        Assert.Equal(0, (await verifying).Images);
        Assert.Empty(findings);
    }

    [Fact]
    public async Task What_is_held_stays_until_it_is_let_go()
    {
        await using StoreFixture f = await LoadedAsync();
        StoredImage image = f.Services.Parts.Images.Catalog.Find(Name);
        Lease lease = f.Services.Content.Leases.Begin();
        HeldImage held = await f.Services.Parts.Holds.HoldAsync(image, lease, default);
        Assert.Equal(4, held.Blobs.Count);
        await f.Store.RemoveAsync(Name, false, false, static _ => [], default);
        Assert.Empty(f.Store.List());
        Assert.All(held.Blobs, blob => Assert.True(File.Exists(f.Services.Content.Blobs.PathOf(Oci.Images.Digest.Parse(blob)))));
        Assert.All(image.Image.LayerDirectories, layer => Assert.True(Directory.Exists(layer)));
        Assert.Null(await f.Services.Parts.Holds.FindAsync(image, lease, default));

        // The end of the lease is reason enough for another collection.
        lease.Dispose();
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task The_manifest_that_an_image_has_by_now_is_held()
    {
        await using StoreFixture f = await LoadedAsync();
        StoredImage image = f.Services.Parts.Images.Catalog.Find(Name);

        // As a push that compressed the layers records it.
        await f.Database.WriteAsync(c => c.Run("UPDATE images SET manifest=$m WHERE id=$i", ("$m", SampleImage.DiffId(SampleImage.BaseLayer)), ("$i", image.Image.Id)));
        using Lease lease = f.Services.Content.Leases.Begin();
        Assert.Equal(SampleImage.DiffId(SampleImage.BaseLayer), (await f.Services.Parts.Holds.HoldAsync(image, lease, default)).Image.Manifest);
    }

    private static async Task<StoreFixture> LoadedAsync()
    {
        var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream(SampleImage.Archive(Name, SampleImage.BaseLayer, SampleImage.TopLayer)), [], f.Progress, default);
        return f;
    }

    /// <summary>Removes the image, and starts something when that is decided but nothing is deleted yet.</summary>
    private static async Task<T> WhileRemovedAsync<T>(StoreFixture f, Func<T> begin)
        where T : Task
    {
        T? begun = null;
        await f.Services.Content.Collector.RunAsync(
            (c, _) =>
            {
                c.Run("DELETE FROM images WHERE id=$i", ("$i", f.Store.Resolve(Name).Id));
                begun = begin();
                Assert.False(begun.IsCompleted);
            },
            measure: false,
            default);
        return begun!;
    }

    private sealed class Listed(List<VerificationFinding> findings) : IProgress<VerificationFinding>
    {
        public void Report(VerificationFinding value) => findings.Add(value);
    }
}
