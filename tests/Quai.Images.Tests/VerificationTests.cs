using Quai.Images.Verification;
using Quai.Metadata;

namespace Quai.Images.Tests;

/// <summary>Verification finds every kind of damage, names what needs the damaged thing, and is content with what is whole.</summary>
public sealed class VerificationTests
{
    private static readonly byte[] Archive = SampleImage.Archive("sample:1", SampleImage.BaseLayer, SampleImage.TopLayer);

    [Fact]
    public async Task What_is_whole_has_no_problems()
    {
        await using StoreFixture f = await LoadedAsync();
        await f.Store.PrepareSnapshotAsync("c1", f.Store.Resolve("sample:1").Id, default);
        (VerificationSummary summary, List<VerificationFinding> findings) = await VerifyAsync(f);
        Assert.Empty(findings);
        Assert.Equal(new VerificationSummary(2, 6, 2, summary.Bytes, 0), summary);
        Assert.True(summary.Bytes > 8000);
        Assert.Equal(1, (await VerifyAsync(f, "base:1")).Summary.Layers);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => VerifyAsync(f, "nothing"));
    }

    [Fact]
    public async Task A_flipped_bit_is_found_and_the_images_named()
    {
        await using StoreFixture f = await LoadedAsync();
        string path = BlobPath(f, SampleImage.DiffId(SampleImage.BaseLayer));
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes[700] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        VerificationFinding finding = Assert.Single((await VerifyAsync(f)).Findings);
        Assert.Equal(("blob", SampleImage.DiffId(SampleImage.BaseLayer)), (finding.Kind, finding.Name));
        Assert.Equal(["base:1", "sample:1"], finding.NeededBy.Order());
        Assert.Equal($"its content has digest {SampleImage.DiffId(bytes)}", finding.Problem);
        Assert.Equal(["base:1"], Assert.Single((await VerifyAsync(f, "base:1")).Findings).NeededBy);
    }

    [Fact]
    public async Task Missing_and_cut_blobs_are_found()
    {
        await using StoreFixture f = await LoadedAsync();
        Image image = f.Store.Resolve("sample:1");
        File.Delete(BlobPath(f, image.ManifestDigest!));
        using (FileStream cut = File.OpenWrite(BlobPath(f, SampleImage.DiffId(SampleImage.TopLayer))))
        {
            cut.SetLength(100);
        }

        List<VerificationFinding> findings = (await VerifyAsync(f)).Findings;
        Assert.Equal(2, findings.Count);
        Assert.Equal("its file is missing", findings.Single(x => x.Name == image.ManifestDigest).Problem);
        Assert.Contains("and 100 bytes instead of", findings.Single(x => x.Name == SampleImage.DiffId(SampleImage.TopLayer)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_layers_are_found()
    {
        await using StoreFixture f = await LoadedAsync();
        Image image = f.Store.Resolve("sample:1");
        await f.Store.PrepareSnapshotAsync("c1", image.Id, default);
        Directory.Delete(image.LayerDirectories[0], recursive: true);
        List<VerificationFinding> findings = (await VerifyAsync(f)).Findings;
        Assert.Equal(["container", "layer"], findings.Select(x => x.Kind).Order());
        Assert.All(findings, x => Assert.Contains("is missing", x.Problem, StringComparison.Ordinal));
        await f.Database.WriteAsync(c => c.Run("DELETE FROM snapshots WHERE key IS NULL AND number=(SELECT max(number) FROM snapshots WHERE key IS NULL)"));
        Assert.Equal("it is not unpacked", (await VerifyAsync(f, "sample:1")).Findings.Single().Problem);
    }

    [Fact]
    public async Task What_nobody_owns_is_told()
    {
        await using StoreFixture f = await LoadedAsync();
        string blob = BlobPath(f, "sha256:" + new string('0', 64)), folder = Path.Combine(f.StoreRoot, "snapshots", "777");
        await File.WriteAllTextAsync(blob, "stray");
        Directory.CreateDirectory(folder);
        Assert.Equal([blob, folder], (await VerifyAsync(f)).Findings.Select(x => x.Name).Order(StringComparer.Ordinal));
        Assert.Empty((await VerifyAsync(f, "sample:1")).Findings);
        await f.ReopenAsync();
        Assert.Empty((await VerifyAsync(f)).Findings);
    }

    [Fact]
    public async Task An_image_that_is_removed_meanwhile_is_no_problem_and_leaves_nothing()
    {
        await using StoreFixture f = await LoadedAsync();
        Task verifying = Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                Assert.Empty((await VerifyAsync(f)).Findings);
            }
        });
        for (int i = 0; i < 25; i++)
        {
            await f.Store.RemoveAsync("sample:1", false, false, _ => [], default);
            await f.Store.LoadAsync(new MemoryStream(Archive), [], f.Progress, default);
        }

        await verifying;
        await f.Store.RemoveAsync("sample:1", false, false, _ => [], default);
        await f.Store.RemoveAsync("base:1", false, false, _ => [], default);
        await f.AssertEmptyAsync();
    }

    private static async Task<StoreFixture> LoadedAsync()
    {
        var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream(Archive), [], f.Progress, default);
        await f.Store.LoadAsync(new MemoryStream(SampleImage.Archive("base:1", SampleImage.BaseLayer)), [], f.Progress, default);
        return f;
    }

    private static string BlobPath(StoreFixture f, string digest) => Path.Combine(f.StoreRoot, "content/blobs/sha256", digest[7..]);

    private static async Task<(VerificationSummary Summary, List<VerificationFinding> Findings)> VerifyAsync(StoreFixture f, params string[] references)
    {
        var findings = new Collector();
        VerificationSummary summary = await f.Store.VerifyAsync(references, findings, default);
        Assert.Equal(summary.Problems, findings.All.Count);
        return (summary, findings.All);
    }

    private sealed class Collector : IProgress<VerificationFinding>
    {
        public List<VerificationFinding> All { get; } = [];

        public void Report(VerificationFinding value) => All.Add(value);
    }
}
