using System.IO.Compression;
using ZstdSharp;

namespace Quai.Archives;

/// <summary>Detects compression and decompresses.</summary>
public static class Compression
{
    /// <summary>The number of bytes that <see cref="Detect"/> needs.</summary>
    public const int MagicLength = 10;

    /// <summary>Determines the kind from a stream's first bytes.</summary>
    public static CompressionKind Detect(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 0x08]))
        {
            return CompressionKind.Gzip;
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
            || (start.Length >= 4 && (start[0] & 0xf0) == 0x50 && start[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18])))
        {
            return CompressionKind.Zstd;
        }

        return start.StartsWith("BZh"u8) ? CompressionKind.Bzip2
            : start.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? CompressionKind.Xz
            : CompressionKind.None;
    }

    /// <summary>Wraps a stream that can be read from its start. Disposing the result leaves <paramref name="source"/> open.</summary>
    public static Stream Open(Stream source, CompressionKind kind) => kind switch
    {
        CompressionKind.Gzip => new GZipStream(source, CompressionMode.Decompress, leaveOpen: true),
        CompressionKind.Zstd => new DecompressionStream(source, bufferSize: 128 * 1024, checkEndOfStream: true, leaveOpen: true),
        CompressionKind.Bzip2 => new Bzip2Stream(source),
        CompressionKind.Xz => new XzStream(source),
        _ => source,
    };

    /// <summary>Wraps a stream that is written to from its start: gzip, zstd or none. Disposing the result ends it, and leaves <paramref name="target"/> open where it is compressed.</summary>
    /// <exception cref="NotSupportedException">It can only be read.</exception>
    public static Stream OpenToWrite(Stream target, CompressionKind kind) => kind switch
    {
        CompressionKind.Gzip => new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true),
        CompressionKind.Zstd => new CompressionStream(target, leaveOpen: true),
        CompressionKind.None => target,
        _ => throw new NotSupportedException($"{kind} can only be read"),
    };

    /// <summary>Whether an error is what a decompressor throws for broken data.</summary>
    public static bool IsBroken(Exception error) => error is InvalidDataException or ZstdException or EndOfStreamException;
}
