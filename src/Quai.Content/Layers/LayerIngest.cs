using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Unpack;
using Quai.Errors;

namespace Quai.Content.Layers;

/// <summary>
/// Stores a layer's blob and unpacks it in one pass, as it arrives. If its compression has no OCI media type, it is stored uncompressed.
/// </summary>
public static class LayerIngest
{
    /// <summary>Runs on the caller's thread and one more.</summary>
    /// <param name="source">The layer; read to its end.</param>
    /// <param name="kind">How it is compressed.</param>
    /// <param name="file">Where the blob goes.</param>
    /// <param name="directory">An empty directory; left half full if unpacking failed.</param>
    /// <param name="cancellation">Stops.</param>
    public static IngestedLayer Run(Stream source, CompressionKind kind, IngestFile file, string directory, CancellationToken cancellation)
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
        return new IngestedLayer(kept, kept == CompressionKind.None ? file.Digest() : result.DiffId, result.Size, failure);
    }

    /// <summary>Copies what is read from it to a file.</summary>
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
                // Read only for the file.
            }
        }
    }
}
