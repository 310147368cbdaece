using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Quai.Archives;
using Quai.Errors;

namespace Quai.Content.Tests;

public sealed class EstargzTests
{
    [Fact]
    public void Each_file_is_read_without_what_is_before_it_and_all_of_it_as_before()
    {
        byte[] large = RandomNumberGenerator.GetBytes((9 << 20) + 7);
        byte[] plain = Archive(("dir/", null), ("dir/small", "small"u8.ToArray()), ("empty", []), ("large", large), ("last", "the last"u8.ToArray()));
        using var packed = new MemoryStream();
        (string table, string diffId, long length) = EstargzWriter.Write(new MemoryStream(plain), packed, default);

        byte[] all = Unpack(packed.ToArray());
        Assert.Equal((length, diffId), (all.LongLength, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(all))));
        Assert.Equal(plain, all[..plain.Length]);

        // As a client finds it: by the last 51 bytes.
        byte[] bytes = packed.ToArray(), footer = bytes[^51..];
        Assert.Empty(Unpack(footer));
        Assert.Equal("STARGZ", Encoding.ASCII.GetString(footer, 32, 6));
        int offset = int.Parse(Encoding.ASCII.GetString(footer, 16, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var tar = new TarReader(new MemoryStream(Unpack(bytes[offset..])));
        Assert.True(tar.MoveNext());
        Assert.Equal(EstargzWriter.TableName, Encoding.UTF8.GetString(tar.Entry.Name));
        byte[] json = all[^(all.Length - plain.Length)..].AsSpan(512, (int)tar.Entry.Size).ToArray();
        Assert.Equal(table, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(json)));
        JsonArray entries = JsonNode.Parse(json)!["entries"]!.AsArray();
        Assert.Equal(["dir/ dir", "dir/small reg", "empty reg", "large reg", "large chunk", "large chunk", "last reg"], entries.Select(e => $"{e!["name"]} {e["type"]}"));
        byte[] read = [.. entries.Where(e => (string?)e!["name"] == "large").SelectMany(e => Piece(bytes, e!, large.Length))];
        Assert.Equal(large, read);
        Assert.Equal("the last", Encoding.UTF8.GetString(Piece(bytes, entries[^1]!, 8)));
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(large)), (string?)entries[3]!["digest"]);
        Assert.Equal((4 << 20, 8 << 20), ((int)entries[4]!["chunkOffset"]!, (int)entries[5]!["chunkOffset"]!));

        // The same archive gives the same bytes.
        using var again = new MemoryStream();
        EstargzWriter.Write(new MemoryStream(plain), again, default);
        Assert.Equal(bytes, again.ToArray());
        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(footer.AsSpan(^4)));
    }

    [Fact]
    public void An_archive_that_has_the_tables_file_is_refused() =>
        Assert.Contains("stargz.index.json", Assert.Throws<QuaiException>(() => EstargzWriter.Write(new MemoryStream(Archive((EstargzWriter.TableName, [1]))), new MemoryStream(), default)).Message, StringComparison.Ordinal);

    private static byte[] Piece(byte[] packed, JsonNode entry, int size)
    {
        int offset = (int)entry["offset"]!, chunk = entry["chunkSize"] is { } given ? (int)given : size - (entry["chunkOffset"] is { } from ? (int)from : 0);
        using var gzip = new GZipStream(new MemoryStream(packed[offset..]), CompressionMode.Decompress);
        byte[] content = new byte[chunk];
        gzip.ReadExactly(content);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(content)), (string?)entry["chunkDigest"]);
        return content;
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Archive(params (string Name, byte[]? Content)[] files)
    {
        using var bytes = new MemoryStream();
        var tar = new TarWriter(bytes);
        foreach ((string name, byte[]? content) in files)
        {
            tar.WriteHeader(new TarHeader { Type = content is null ? TarEntryType.Directory : TarEntryType.File, Name = Encoding.UTF8.GetBytes(name), Mode = 0x1ed, Size = content?.Length ?? 0 });
            tar.Write(content ?? []);
        }

        tar.Finish();
        return bytes.ToArray();
    }
}
