using Quai.Archives;
using Quai.Errors;
using Quai.Images.Content;
using Quai.Oci.Images;

namespace Quai.Images.Unpack;

/// <summary>
/// Keeps a layer's blob and unpacks it in one pass, as it comes. What is packed in a way that no media type of OCI names is kept unpacked.
/// </summary>
internal static class LayerIngest
{
    /// <summary>What came of it.</summary>
    /// <param name="Kind">How the kept blob is packed.</param>
    /// <param name="DiffId">Digest of the uncompressed tar.</param>
    /// <param name="Size">Bytes of regular files.</param>
    /// <param name="Failure">Why it could not be unpacked; the blob is whole nevertheless.</param>
    public readonly record struct Result(CompressionKind Kind, Digest DiffId, long Size, QuaiException? Failure);

    /// <summary>Runs on the caller's thread and one more.</summary>
    /// <param name="source">The layer; read to its end.</param>
    /// <param name="kind">How it is packed.</param>
    /// <param name="file">Where the blob goes.</param>
    /// <param name="directory">An empty directory; left half full when unpacking failed.</param>
    /// <param name="cancellation">Stops.</param>
    public static Result Run(Stream source, CompressionKind kind, IngestFile file, string directory, CancellationToken cancellation)
    {
        bool unpackFirst = kind is CompressionKind.Bzip2 or CompressionKind.Xz;
        using Stream? unpacked = unpackFirst ? Compression.Open(source, kind) : null;
        using var tee = new TeeStream(unpacked ?? source, file, cancellation);
        CompressionKind kept = unpackFirst ? CompressionKind.None : kind;
        LayerUnpacker.Result result = default;
        QuaiException? failure = null;
        try
        {
            // The decompressors ask for a few kilobytes at a time.
            Stream from = kept == CompressionKind.None ? tee : new BufferedStream(tee, 256 * 1024);
            result = LayerUnpacker.Unpack(from, kept, directory, hash: kept != CompressionKind.None, cancellation);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.InvalidParameter)
        {
            failure = e;
        }

        tee.Drain();
        return new Result(kept, kept == CompressionKind.None ? file.Digest() : result.DiffId, result.Size, failure);
    }

    /// <summary>Writes what is read from it to a file.</summary>
    private sealed class TeeStream(Stream source, IngestFile file, CancellationToken cancellation) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = source.Read(buffer);
            file.Write(buffer[..count]);
            return count;
        }

        public void Drain()
        {
            byte[] buffer = new byte[128 * 1024];
            while (Read(buffer) > 0)
            {
                // Read for the file's sake alone.
            }
        }
    }
}
