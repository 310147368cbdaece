using System.IO.Compression;
using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Images.Publishing;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>Compresses layers that were made here: once, deterministically, and stored, so that an image has one digest wherever it is pushed.</summary>
internal sealed class LayerPacker(MetadataDatabase database, BlobStore blobs) : IDisposable
{
    private readonly SemaphoreSlim _packing = new(1, 1);

    /// <summary>The gzipped form of a plain layer.</summary>
    /// <param name="layer">Plain tar.</param>
    /// <param name="lease">Keeps the result until a manifest that names it is recorded.</param>
    /// <param name="progress">Receives the number of bytes read.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    public async Task<Descriptor> PackAsync(Descriptor layer, Lease lease, Action<long> progress, CancellationToken cancellation)
    {
        await _packing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Digest plain = Digest.Parse(layer.Digest);
            string? known = database.Read(c => c.Scalar<string>("SELECT packed FROM packed_layers WHERE plain=$p", ("$p", layer.Digest)));
            if (known is not null && await blobs.HoldAsync(Digest.Parse(known), lease, cancellation).ConfigureAwait(false) is { } size)
            {
                return Packed(layer, known, size);
            }

            using IngestFile file = blobs.Begin();
            await Task.Run(() => PackAsync(plain, file, progress, cancellation), cancellation).ConfigureAwait(false);
            Digest packed = file.Digest();
            await blobs.CommitAsync(file, packed, lease, cancellation).ConfigureAwait(false);
            await database.WriteAsync(
                c => c.Run("INSERT INTO packed_layers VALUES ($p, $k) ON CONFLICT(plain) DO UPDATE SET packed=$k", ("$p", layer.Digest), ("$k", packed.ToString())), cancellation).ConfigureAwait(false);
            return Packed(layer, packed.ToString(), file.Length);
        }
        finally
        {
            _packing.Release();
        }
    }

    /// <summary>Whether a layer's media type says that it is a plain tar.</summary>
    public static bool IsPlain(Descriptor layer) => layer.MediaType is MediaTypes.OciLayer or MediaTypes.DockerLayer;

    public void Dispose() => _packing.Dispose();

    private static Descriptor Packed(Descriptor layer, string digest, long size) => layer with
    {
        MediaType = layer.MediaType == MediaTypes.DockerLayer ? MediaTypes.DockerLayerGzip : MediaTypes.OciLayerGzip,
        Digest = digest,
        Size = size,
    };

    private async Task PackAsync(Digest plain, IngestFile file, Action<long> progress, CancellationToken cancellation)
    {
        using var sink = new IngestStream(file);
        using var gzip = new GZipStream(sink, CompressionLevel.Optimal, leaveOpen: true);
        using var counted = new CountedStream(gzip, progress, cancellation);
        await blobs.CopyToAsync(plain, counted, cancellation).ConfigureAwait(false);
    }

    private sealed class CountedStream(GZipStream gzip, Action<long> progress, CancellationToken cancellation) : WriteOnlyStream
    {
        private long _count;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            cancellation.ThrowIfCancellationRequested();
            gzip.Write(buffer);
            progress(_count += buffer.Length);
        }
    }
}
