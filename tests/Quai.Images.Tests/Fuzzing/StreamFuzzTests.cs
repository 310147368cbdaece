using Quai.Archives;
using Quai.Errors;

namespace Quai.Images.Tests.Fuzzing;

/// <summary>Packed streams: they give bytes or are broken, in memory that does not grow with what their headers claim.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class StreamFuzzTests
{
    private const int Enough = 8 << 20;

    [Fact]
    public void A_packed_stream_is_unpacked_or_broken() => Fuzz.Holds(new Property("packed-stream", input =>
    {
        using var source = new SyncStream(new MemoryStream(input), default);
        using var stream = UnpackedStream.Open(source);
        byte[] buffer = new byte[64 * 1024];
        for (int total = 0, count = -1; count != 0 && total < Enough; total += count)
        {
            count = stream.Read(buffer, 0, buffer.Length);
        }
    })
    {
        Seeds = [Packed.Bzip2, Packed.Xz, Packed.XzBlocks, Packed.Zstd, Packed.Gzip(RawLayer), [.. Packed.Xz, .. Packed.Xz], [.. Packed.Bzip2, .. Packed.Bzip2]],
        Mutate = ByteMutator.With("BZh9"u8.ToArray(), "1AY&SY"u8.ToArray(), [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], [0x1f, 0x8b, 8], [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0x7f], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]),

        // A dictionary of xz, and a window of zstd, may be large; what is refused is more than this.
        MaxAllocation = 192 << 20, MaxTime = TimeSpan.FromSeconds(4),
    });

    [Fact]
    public void A_tar_is_read_or_refused_and_written_again_the_same() => Fuzz.Holds(new Property("tar", input =>
    {
        byte[] once = Rewrite(input);
        Assert.Equal(once, Rewrite(once));
    })
    {
        Seeds = [SampleImage.BaseLayer, SampleImage.TopLayer],
        Generate = random => TarGenerator.Make(random, "/nowhere"),
        Mutate = TarMutator.Mutate,
    });

    private static byte[] RawLayer => SampleImage.BaseLayer;

    /// <summary>Reads an archive and writes what was read; as far as it can be written, and is not too large.</summary>
    private static byte[] Rewrite(byte[] archive)
    {
        var written = new MemoryStream();
        var tar = new TarWriter(written, 4096);
        var reader = new TarReader(new MemoryStream(archive));
        while (reader.MoveNext())
        {
            TarEntry entry = reader.Entry;
            if (entry.Name.IsEmpty || (entry.IsFile && entry.Size > Enough) || !Known(entry.Type))
            {
                continue;
            }

            var content = new MemoryStream();
            while (entry.IsFile && reader.ReadContent() is { IsEmpty: false } piece)
            {
                content.Write(piece);
            }

            if (entry.IsFile && content.Length != entry.Size)
            {
                throw QuaiException.Invalid("cut");
            }

            TarEntryType type = entry.Type == TarEntryType.Contiguous ? TarEntryType.File : entry.Type;
            byte[] name = type == TarEntryType.Directory ? [.. entry.Name.TrimEnd((byte)'/'), (byte)'/'] : entry.Name.ToArray();
            tar.WriteHeader(new TarHeader
            {
                Type = type, Name = name, LinkName = type is TarEntryType.SymbolicLink or TarEntryType.HardLink ? entry.LinkName : default, Size = content.Length, Mode = entry.Mode & 0xfff, Uid = entry.Uid, Gid = entry.Gid,
                Modified = Math.Clamp(entry.Modified.Seconds, 0, 0x1_ffff_ffff), DeviceMajor = entry.DeviceMajor & 0xfffff, DeviceMinor = entry.DeviceMinor & 0xfffff, Xattrs = [.. entry.Xattrs.Select(x => (x.Name[..^1], x.Value))],
            });
            tar.Write(content.ToArray());
        }

        tar.Finish();
        return written.ToArray();
    }

    private static bool Known(TarEntryType type) =>
        type is TarEntryType.File or TarEntryType.Contiguous or TarEntryType.HardLink or TarEntryType.SymbolicLink or TarEntryType.Directory or TarEntryType.Fifo or TarEntryType.CharacterDevice or TarEntryType.BlockDevice;
}
