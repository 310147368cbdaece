using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Quai.Archives;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Content.Unpack;

/// <summary>Unpacks one layer into an empty directory, in one pass that also computes its diff-id.</summary>
internal static class LayerUnpacker
{
    private const int BufferSize = 256 * 1024;

    /// <summary>The result.</summary>
    /// <param name="DiffId">Digest of the uncompressed tar; empty if not requested.</param>
    /// <param name="Size">Bytes of regular files.</param>
    public readonly record struct Result(Digest DiffId, long Size);

    /// <summary>Runs on its own thread.</summary>
    /// <param name="blobPath">The blob: a tar, plain or compressed.</param>
    /// <param name="directory">An empty directory owned by the caller; left half full if this throws.</param>
    /// <param name="read">Receives from time to time how many bytes of the blob were read.</param>
    /// <param name="cancellation">Checked at every entry and every read.</param>
    public static Task<Result> UnpackAsync(string blobPath, string directory, Action<long>? read, CancellationToken cancellation) =>
        Task.Factory.StartNew(() => Unpack(blobPath, directory, read, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Unpacks a layer as it arrives. A separate thread reads the source to its end.</summary>
    /// <param name="source">A tar, plain or compressed; not disposed.</param>
    /// <param name="kind">How it is compressed.</param>
    /// <param name="directory">An empty directory owned by the caller; left half full if this throws.</param>
    /// <param name="hash">Whether to compute the diff-id.</param>
    /// <param name="cancellation">Checked at every entry.</param>
    public static Result Unpack(Stream source, CompressionKind kind, string directory, bool hash, CancellationToken cancellation)
    {
        using Stream? unpacked = kind == CompressionKind.None ? null : Compression.Open(source, kind);
        using FileDescriptor root = FileCalls.OpenDirectory(directory);
        using var overwritten = new Overwritten(directory.TrimEnd('/') + ".overwritten");
        using var writer = new LayerWriter(root.Number, overwritten);
        using var ahead = new ReadAheadStream(unpacked ?? source, hash ? HashAlgorithmName.SHA256 : null);
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
        catch (Exception e) when (Compression.IsBroken(e))
        {
            throw QuaiException.Invalid($"the layer's {kind.ToString().ToLowerInvariant()} data is broken: {e.Message}", e);
        }

        return new Result(hash ? Digest.FromSha256(ahead.Hash()) : default, writer.Size);
    }

    private static Result Unpack(string blobPath, string directory, Action<long>? read, CancellationToken cancellation)
    {
        using SafeFileHandle blob = File.OpenHandle(blobPath, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);

        // The decompressors ask for a few kilobytes at a time.
        using var packed = new BufferedStream(new BlobStream(blob, read, cancellation), BufferSize);
        Span<byte> magic = stackalloc byte[Compression.MagicLength];
        magic = magic[..RandomAccess.Read(blob, magic, 0)];
        return Unpack(packed, Compression.Detect(magic), directory, hash: true, cancellation);
    }

    /// <summary>A file read from front to back, with progress and cancellation.</summary>
    private sealed class BlobStream(SafeFileHandle file, Action<long>? read, CancellationToken cancellation) : ReadOnlyStream
    {
        private long _position;

        public override int Read(Span<byte> buffer)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = RandomAccess.Read(file, buffer, _position);
            _position += count;
            read?.Invoke(_position);
            return count;
        }
    }
}
