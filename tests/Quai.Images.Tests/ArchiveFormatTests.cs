using System.Security.Cryptography;
using Quai.Archives;
using Quai.Content.Tests;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Tests;

/// <summary>What archives there are: packed by other tools, with sparse files, with layers that are links, for other platforms.</summary>
public sealed class ArchiveFormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-formats-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("bzip2 -1")]
    [InlineData("xz")]
    [InlineData("xz -9 --check=sha256")]
    [InlineData("xz -0 --check=crc32 --block-size=100000")]
    [InlineData("zstd")]
    public async Task What_other_programs_pack_is_unpacked(string program)
    {
        // Text that repeats, noise, and runs longer than any code for them.
        byte[] noise = new byte[700_000];
        new Random(5).NextBytes(noise);
        byte[] text = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(i => $"line {i % 977} of {i}\n")));
        byte[] plain = [.. text, .. noise, .. new byte[1_500_000], .. text.Reverse(), .. Enumerable.Repeat((byte)'a', 300), .. noise.AsSpan(0, 1000)];
        await File.WriteAllBytesAsync(_folder + "/plain", plain);
        await ProcessRunner.RunAsync("sh", "-c", $"{program} -c < {_folder}/plain > {_folder}/packed");
        Assert.Equal(SHA256.HashData(plain), SHA256.HashData(Unpack(await File.ReadAllBytesAsync(_folder + "/packed"))));
    }

    [Theory]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public async Task Streams_after_one_another_are_one(string program)
    {
        await ProcessRunner.RunAsync("sh", "-c", $"(echo one | {program} -c; printf '' | {program} -c; echo two | {program} -c) > {_folder}/packed");
        Assert.Equal("one\ntwo\n"u8.ToArray(), Unpack(await File.ReadAllBytesAsync(_folder + "/packed")));
    }

    [Theory]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public async Task Broken_data_is_one_clear_error(string program)
    {
        await ProcessRunner.RunAsync("sh", "-c", $"head -c 300000 /dev/urandom | {program} -c > {_folder}/packed");
        byte[] packed = await File.ReadAllBytesAsync(_folder + "/packed");
        Assert.Contains("data is broken", Assert.Throws<QuaiException>(() => Unpack(packed[..^100])).Message, StringComparison.Ordinal);
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            byte[] broken = [.. packed];
            broken[random.Next(12, broken.Length)] ^= (byte)(1 << random.Next(8));

            // A change is either noticed or has none of the content's bytes in it.
            try
            {
                Assert.Equal(300_000, Unpack(broken).Length);
            }
            catch (QuaiException e)
            {
                Assert.Contains("data is broken", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=posix --sparse-version=0.0")]
    [InlineData("--format=posix --sparse-version=0.1")]
    [InlineData("--format=posix --sparse-version=1.0")]
    public async Task Sparse_files_are_unpacked_with_their_holes(string format)
    {
        // Many pieces, so that GNU's old map continues in further blocks; and a hole at the end.
        await ProcessRunner.RunAsync("sh", "-c", $"""
            set -e; mkdir {_folder}/in; cd {_folder}/in; mkdir d
            for i in $(seq 0 2 80); do printf "piece$i" | dd of=d/sparse bs=64k seek=$i conv=notrunc status=none; done
            truncate -s 20M d/sparse; truncate -s 5M d/empty; echo plain > d/plain; ln d/sparse d/link
            tar --sparse {format} -cf ../s.tar d
            """);
        Assert.True(new FileInfo(_folder + "/s.tar").Length < 2_000_000);
        await using var f = new StoreFixture();
        await using FileStream tar = File.OpenRead(_folder + "/s.tar");
        Image image = await f.Store.ImportAsync(tar, "sparse:1", null, [], null, default);
        string root = image.LayerDirectories[0];
        foreach (string name in (string[])["sparse", "empty", "plain", "link"])
        {
            Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync($"{_folder}/in/d/{name}")), SHA256.HashData(await File.ReadAllBytesAsync($"{root}/d/{name}")));
        }

        string blocks = await Output($"stat -c %b {root}/d/sparse {root}/d/empty");
        Assert.All(blocks.Split('\n', StringSplitOptions.RemoveEmptyEntries), b => Assert.True(int.Parse(b) * 512 < 2_000_000, $"{b} blocks"));
    }

    [Fact]
    public async Task A_sparse_file_reads_as_zeros_where_it_has_holes()
    {
        await ProcessRunner.RunAsync("sh", "-c", $"cd {_folder}; truncate -s 300000 s; printf x | dd of=s seek=150000 bs=1 conv=notrunc status=none; tar --sparse --format=gnu -cf s.tar s");
        var reader = new TarReader(new MemoryStream(await File.ReadAllBytesAsync(_folder + "/s.tar")));
        Assert.True(reader.MoveNext());
        Assert.True(reader.Entry.IsSparse);
        Assert.Equal(await File.ReadAllBytesAsync(_folder + "/s"), reader.ReadAll(1 << 20));
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public async Task Layers_that_are_links_or_the_same_are_loaded()
    {
        byte[] layer = SampleImage.BaseLayer, empty = new byte[1024];
        string diff = SampleImage.DiffId(layer), none = SampleImage.DiffId(empty);
        string config = $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{diff}}}","{{{none}}}","{{{diff}}}"]}}""";
        byte[] archive = new RawTar()
            .Directory("a/").File("a/layer.tar", System.Text.Encoding.Latin1.GetString(layer)).File("a/VERSION", "1.0").File("a/json", "{}")
            .Directory("b/").Add("b/layer.tar", '0', System.Text.Encoding.Latin1.GetString(empty))
            .Directory("c/").Symlink("c/layer.tar", "../a/layer.tar")
            .File("repositories", "{}").File("config.json", config)
            .File("manifest.json", """[{"Config":"config.json","RepoTags":["twice:1"],"Layers":["a/layer.tar","b/layer.tar","c/layer.tar"]}]""").End();
        await using var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream(archive), [], f.Progress, default);
        Image image = f.Store.Resolve("twice:1");
        Assert.Equal(3, image.LayerDirectories.Count);
        Assert.Equal("root", File.ReadAllText(image.LayerDirectories[0] + "/etc/passwd"));
        Assert.Equal("root", File.ReadAllText(image.LayerDirectories[2] + "/etc/passwd"));
        Assert.Empty(Directory.EnumerateFiles(f.StoreRoot + "/content/ingest"));
        Assert.Equal(3, Directory.EnumerateDirectories(f.StoreRoot + "/snapshots").Count());
    }

    [Fact]
    public async Task A_file_that_only_looks_like_a_layer_leaves_nothing()
    {
        byte[] archive = SampleImage.Archive("sample:1", SampleImage.BaseLayer);
        byte[] junk = new RawTar().File("notes.tar", System.Text.Encoding.Latin1.GetString(new RawTar().File("../../escape", "x").Cut())).Cut();
        await using var f = new StoreFixture();
        await f.Store.LoadAsync(new MemoryStream([.. junk, .. archive]), [], f.Progress, default);
        Assert.Single(Directory.EnumerateDirectories(f.StoreRoot + "/snapshots"));
        Assert.Empty(Directory.EnumerateFiles(f.StoreRoot + "/content/ingest"));
    }

    [Fact]
    public async Task Platforms_are_asked_for_by_both()
    {
        byte[] archive = SampleImage.Archive("sample:1", SampleImage.BaseLayer);
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.LoadAsync(new MemoryStream(archive), [Platform.Parse("linux/ppc64le")], f.Progress, default));
        Assert.Equal("requested platform (linux/ppc64le) not found: image might be filtered out", e.Message);
        await f.AssertEmptyAsync();
        Assert.Single(await f.Store.LoadAsync(new MemoryStream(archive), [Platform.Parse("linux/amd64")], f.Progress, default));
        e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.SaveAsync(["sample:1"], [Platform.Parse("linux/s390x")], default));
        Assert.Equal("no suitable export target found for platform linux/s390x", e.Message);
        (await f.Store.SaveAsync(["sample:1"], [Platform.Parse("linux/amd64")], default)).Dispose();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var source = new SyncStream(new MemoryStream(packed), default);
        using var stream = UnpackedStream.Open(source);
        var result = new MemoryStream();
        stream.CopyTo(result);
        return result.ToArray();
    }

    private async Task<string> Output(string command)
    {
        await ProcessRunner.RunAsync("sh", "-c", $"{command} > {_folder}/output");
        return await File.ReadAllTextAsync(_folder + "/output");
    }
}
