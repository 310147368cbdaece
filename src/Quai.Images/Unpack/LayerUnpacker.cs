using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Images;
using ZstdSharp;

namespace Quai.Images.Unpack;

/// <summary>Unpacks one layer's blob into an empty directory, in one pass that makes its diff-id too.</summary>
internal static class LayerUnpacker
{
    private const int BufferSize = 256 * 1024;

    /// <summary>What came out.</summary>
    /// <param name="DiffId">Digest of the uncompressed tar.</param>
    /// <param name="Size">Bytes of regular files.</param>
    public readonly record struct Result(Digest DiffId, long Size);

    /// <summary>Runs on a thread of its own.</summary>
    /// <param name="blobPath">The blob: a tar, plain or packed.</param>
    /// <param name="directory">An empty directory that belongs to the caller; left half full when this throws.</param>
    /// <param name="read">Told now and then how many bytes of the blob were read.</param>
    /// <param name="cancellation">Checked at every entry and every read.</param>
    public static Task<Result> UnpackAsync(string blobPath, string directory, Action<long>? read, CancellationToken cancellation) =>
        Task.Factory.StartNew(() => Unpack(blobPath, directory, read, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Result Unpack(string blobPath, string directory, Action<long>? read, CancellationToken cancellation)
    {
        using SafeFileHandle blob = File.OpenHandle(blobPath, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);

        // The decompressors ask for a few kilobytes at a time.
        using var packed = new BufferedStream(new BlobStream(blob, read, cancellation), BufferSize);
        Span<byte> magic = stackalloc byte[Compression.MagicLength];
        magic = magic[..RandomAccess.Read(blob, magic, 0)];
        CompressionKind kind = Compression.Detect(magic);
        using Stream? unpacked = kind == CompressionKind.None ? null : Compression.Open(packed, kind);
        using FileDescriptor root = FileCalls.OpenDirectory(directory);
        using var writer = new LayerWriter(root.Number);
        using var ahead = new ReadAheadStream(unpacked ?? packed, HashAlgorithmName.SHA256);
        try
        {
            var reader = new TarReader(ahead);
            while (reader.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                writer.Write(reader);
            }

            writer.Finish();
            reader.Drain();
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw QuaiException.Invalid($"the layer's {kind.ToString().ToLowerInvariant()} data is broken: {e.Message}", e);
        }

        return new Result(Digest.FromSha256(ahead.Hash()), writer.Size);
    }

    /// <summary>A file read from front to back, with progress and cancellation.</summary>
    private sealed class BlobStream(SafeFileHandle file, Action<long>? read, CancellationToken cancellation) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => RandomAccess.GetLength(file);

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = RandomAccess.Read(file, buffer, _position);
            _position += count;
            read?.Invoke(_position);
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
