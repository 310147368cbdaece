using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Quai.Archives;
using Quai.Content.Unpack;
using TarEntryType = System.Formats.Tar.TarEntryType;
using TarWriter = System.Formats.Tar.TarWriter;

namespace Quai.Benchmarks;

/// <summary>Unpacking a layer of 1000 files, 20 MB, on the file system of the temporary folder.</summary>
[MemoryDiagnoser]
public class LayerBenchmarks
{
    private const int Files = 1000, FileSize = 20_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-bench-").FullName;
    private byte[] _plain = [], _gzip = [];
    private int _next;

    /// <summary>Makes the layer.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            byte[] content = new byte[FileSize];
            for (int i = 0; i < Files; i++)
            {
                // Half of it can be compressed.
                RandomNumberGenerator.Fill(content.AsSpan(0, FileSize / 2));
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"usr/lib/{i % 20}/{i}") { DataStream = new MemoryStream(content) });
            }
        }

        _plain = tar.ToArray();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(_plain);
        }

        _gzip = packed.ToArray();
    }

    /// <summary>Removes what was unpacked.</summary>
    [GlobalCleanup]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    /// <summary>As a pull does it.</summary>
    [Benchmark]
    public long UnpackGzip() => Unpack(_gzip, CompressionKind.Gzip, hash: true);

    /// <summary>Without a digest.</summary>
    [Benchmark]
    public long UnpackPlain() => Unpack(_plain, CompressionKind.None, hash: false);

    private long Unpack(byte[] layer, CompressionKind kind, bool hash)
    {
        string folder = Path.Combine(_folder, (_next++).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        try
        {
            return LayerUnpacker.Unpack(new MemoryStream(layer), kind, folder, hash, CancellationToken.None).Size;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
