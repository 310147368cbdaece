using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images.Pushes;
using Quai.Oci.Images;

namespace Quai.Images.Publishing;

/// <summary>Layers in the forms that images can have them in.</summary>
internal sealed class LayerForms(LayerPacker packer, BlobStore blobs)
{
    private const string TableAnnotation = "containerd.io/snapshot/stargz/toc.digest", LengthAnnotation = "io.containers.estargz.uncompressed-size";
    private const int Piece = 1 << 18;

    /// <summary>The layer in the form that is wanted.</summary>
    /// <exception cref="QuaiException">It is in a form that is not known, or its file is damaged.</exception>
    public async Task<Descriptor> PackAsync(Descriptor layer, LayerCompression wanted, bool force, Lease lease, CancellationToken cancellation)
    {
        LayerCompression? present = FormOf(layer);
        if (present == wanted || !PushLayer.IsDistributed(layer) || (present != LayerCompression.Uncompressed && !force))
        {
            return layer;
        }

        if (present is null)
        {
            throw QuaiException.Invalid($"a layer of the type {layer.MediaType} cannot be packed in another way");
        }

        // The usual case is remembered, so that an image has the same digest wherever it goes.
        return (present, wanted) is (LayerCompression.Uncompressed, LayerCompression.Gzip)
            ? await packer.PackAsync(layer, lease, _ => { }, cancellation).ConfigureAwait(false)
            : await ConvertAsync(layer, present.Value, wanted, lease, cancellation).ConfigureAwait(false);
    }

    /// <summary>The layer in the form eStargz.</summary>
    /// <exception cref="QuaiException">The layer has what the form cannot have, or its file is damaged.</exception>
    public async Task<(Descriptor Blob, string DiffId)> PackEstargzAsync(Descriptor layer, Lease lease, CancellationToken cancellation)
    {
        // Read twice, so it must be plain.
        Descriptor plain = await PackAsync(layer, LayerCompression.Uncompressed, force: true, lease, cancellation).ConfigureAwait(false);
        using IngestFile file = blobs.Begin();
        string path = await blobs.LocateAsync(Digest.Parse(plain.Digest), cancellation).ConfigureAwait(false);
        (string table, string diffId, long length) = await Task.Run(
            () =>
            {
                using FileStream archive = File.OpenRead(path);
                using var sink = new IngestStream(file);
                return EstargzWriter.Write(archive, sink, cancellation);
            },
            cancellation).ConfigureAwait(false);
        Digest made = file.Digest();
        await blobs.CommitAsync(file, made, lease, cancellation).ConfigureAwait(false);
        return (new Descriptor
        {
            MediaType = MediaTypes.OciLayerGzip,
            Digest = made.ToString(),
            Size = file.Length,
            Annotations = new() { [TableAnnotation] = table, [LengthAnnotation] = length.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        }, diffId);
    }

    private static LayerCompression? FormOf(Descriptor layer) => layer.MediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => LayerCompression.Uncompressed,
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => LayerCompression.Gzip,
        MediaTypes.OciLayerZstd => LayerCompression.Zstd,
        _ => null,
    };

    private async Task<Descriptor> ConvertAsync(Descriptor layer, LayerCompression present, LayerCompression wanted, Lease lease, CancellationToken cancellation)
    {
        using IngestFile file = blobs.Begin();
        string path = await blobs.LocateAsync(Digest.Parse(layer.Digest), cancellation).ConfigureAwait(false);
        await Task.Run(() => Convert(path, KindOf(present), file, KindOf(wanted), cancellation), cancellation).ConfigureAwait(false);
        Digest made = file.Digest();
        await blobs.CommitAsync(file, made, lease, cancellation).ConfigureAwait(false);
        return layer with
        {
            MediaType = wanted switch
            {
                LayerCompression.Gzip => MediaTypes.OciLayerGzip,
                LayerCompression.Zstd => MediaTypes.OciLayerZstd,
                _ => MediaTypes.OciLayer,
            },
            Digest = made.ToString(),
            Size = file.Length,
        };
    }

    private static CompressionKind KindOf(LayerCompression form) => form switch
    {
        LayerCompression.Gzip => CompressionKind.Gzip,
        LayerCompression.Zstd => CompressionKind.Zstd,
        _ => CompressionKind.None,
    };

    private static void Convert(string path, CompressionKind from, IngestFile file, CompressionKind to, CancellationToken cancellation)
    {
        try
        {
            using FileStream stored = File.OpenRead(path);
            using Stream plain = Compression.Open(stored, from);
            using var sink = new IngestStream(file);
            using Stream packed = Compression.OpenToWrite(sink, to);
            byte[] buffer = new byte[Piece];
            int count;
            while ((count = plain.Read(buffer)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                packed.Write(buffer.AsSpan(0, count));
            }
        }
        catch (FileNotFoundException e)
        {
            throw QuaiException.NotFound($"blob {Path.GetFileName(path)} not found: its file is missing", e);
        }
        catch (Exception e) when (Compression.IsBroken(e))
        {
            throw QuaiException.System($"blob {Path.GetFileName(path)} is damaged: {e.Message}", e);
        }
    }
}
