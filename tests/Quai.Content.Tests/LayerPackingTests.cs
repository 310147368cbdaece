using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Content.Snapshots;
using Quai.Oci.Images;

namespace Quai.Content.Tests;

/// <summary>Packing of unpacked layers.</summary>
public sealed class LayerPackingTests
{
    private const string Chain = "sha256:1111111111111111111111111111111111111111111111111111111111111111", Second = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    [Fact]
    public async Task A_small_layer_is_packed_at_once()
    {
        await using var f = new ContentFixture();
        using (Lease lease = f.Store.Leases.Begin())
        {
            string directory = await MakeAsync(f, Chain, 1000, lease);
            (Digest digest, long length) = await f.Store.Packing.PackAsync(Chain, directory, 1000, lease, default);
            Assert.Equal(length, f.Store.Blobs.SizeOf(digest));
        }

        await f.Store.Collector.RunAsync(default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_large_layer_has_no_archive_until_somebody_wants_it()
    {
        await using var f = new ContentFixture();
        using (Lease lease = f.Store.Leases.Begin())
        {
            string directory = await MakeAsync(f, Chain, (int)LayerPacking.LargeLayer, lease);
            (Digest digest, long length) = await f.Store.Packing.PackAsync(Chain, directory, LayerPacking.LargeLayer, lease, default);
            Assert.False(File.Exists(f.Store.Blobs.PathOf(digest)));
            Assert.Equal(length, await f.Store.Blobs.HoldAsync(digest, lease, default));
            Assert.Equal((digest, length), await f.Store.Blobs.RepackAsync(digest, default));
            string path = await f.Store.Blobs.LocateAsync(digest, default);
            await using FileStream made = File.OpenRead(path);
            Assert.Equal((digest, length), (Digest.FromSha256(await System.Security.Cryptography.SHA256.HashDataAsync(made)), made.Length));
        }

        await f.Store.Collector.RunAsync(default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task It_is_made_of_any_layer_that_has_the_same_files_and_of_no_other()
    {
        await using var f = new ContentFixture();
        using Lease lease = f.Store.Leases.Begin();
        string first = await MakeAsync(f, Chain, (int)LayerPacking.LargeLayer, lease), second = await MakeAsync(f, Second, (int)LayerPacking.LargeLayer, lease);
        (Digest digest, _) = await f.Store.Packing.PackAsync(Chain, first, LayerPacking.LargeLayer, lease, default);
        await f.Store.Packing.ShareAsync(digest.ToString(), Second, default);
        await File.WriteAllTextAsync(first + "/large", "changed");
        Assert.Equal(digest, (await f.Store.Blobs.RepackAsync(digest, default))!.Value.Digest);
        await File.WriteAllTextAsync(second + "/large", "changed, too");
        Assert.NotEqual(digest, (await f.Store.Blobs.RepackAsync(digest, default))!.Value.Digest);
        Assert.False(File.Exists(await f.Store.Blobs.LocateAsync(digest, default)));
    }

    private static async Task<string> MakeAsync(ContentFixture f, string chain, int size, Lease lease)
    {
        await f.Store.Snapshots.MakeLayerAsync(
            chain,
            lease,
            async directory =>
            {
                await File.WriteAllBytesAsync(directory + "/large", new byte[size]);
                File.SetLastWriteTimeUtc(directory + "/large", DateTime.UnixEpoch);
                Directory.SetLastWriteTimeUtc(directory, DateTime.UnixEpoch);
                return size;
            },
            default);
        return f.Store.Snapshots.DirectoryOf(chain)!;
    }
}
