using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Quai.Shim.Logging;
using Quai.Shim.Logging.Packing;

namespace Quai.Shim.Tests;

/// <summary>What the shim writes to files, and the memory in which messages wait.</summary>
public sealed unsafe class FileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(200_000, 40)]
    [InlineData(300_000, 256)]
    public void A_compressed_file_has_the_same_bytes(int size, int alphabet)
    {
        string folder = Directory.CreateTempSubdirectory("quai-gzip").FullName;
        try
        {
            var random = new Random(size);
            byte[] content = [.. Enumerable.Range(0, size).Select(_ => (byte)random.Next(alphabet))];
            string from = Path.Combine(folder, "from"), to = Path.Combine(folder, "to");
            File.WriteAllBytes(from, content);
            fixed (byte* source = Encoding.UTF8.GetBytes(from + "\0"), target = Encoding.UTF8.GetBytes(to + "\0"))
            {
                Assert.True(GzipFile.Write(source, target));
            }

            using var gzip = new GZipStream(File.OpenRead(to), CompressionMode.Decompress);
            using var result = new MemoryStream();
            gzip.CopyTo(result);
            Assert.Equal(content, result.ToArray());
            Assert.Equal("QI"u8, File.ReadAllBytes(to).AsSpan(12, 2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Messages_come_out_in_order_whatever_their_sizes()
    {
        var random = new Random(7);
        SendQueue queue = new(4096);
        int added = 0, removed = 0;
        while (removed < 5000)
        {
            byte[] message = new byte[4 + random.Next(700)];
            BinaryPrimitives.WriteInt32LittleEndian(message, added);
            if (random.Next(2) == 0 && queue.Add(message))
            {
                added++;
            }
            else if (queue.Count > 0 && random.Next(2) == 0)
            {
                Assert.Equal(removed, BinaryPrimitives.ReadInt32LittleEndian(queue.First));
                queue.Remove();
                removed++;
            }
        }

        Assert.Equal(added - removed, queue.Count);
    }

    [Fact]
    public void What_does_not_fit_is_not_added()
    {
        SendQueue queue = new(100);
        Assert.True(queue.Add(new byte[50]));
        Assert.False(queue.Add(new byte[50]));
        Assert.Equal(1, queue.Count);
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00Z")]
    [InlineData(951_782_400_500_000_000, "2000-02-29T00:00:00.5Z")]
    [InlineData(4_107_542_399_000_000_001, "2100-02-28T23:59:59.000000001Z")]
    public void Times(long time, string expected)
    {
        byte[] memory = new byte[64];
        fixed (byte* start = memory)
        {
            ByteBuffer buffer = new(start, memory.Length);
            Clock.Write(ref buffer, time);
            Assert.Equal(expected, Encoding.ASCII.GetString(buffer.Span));
        }
    }
}
