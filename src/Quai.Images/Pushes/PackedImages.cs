using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Pulls;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>Images as pushed when they are not part of an index.</summary>
internal sealed class PackedImages(StoredManifests manifests, LayerPacker packer, BlobStore blobs, MetadataDatabase database, ImageCatalog catalog, TimeProvider time)
{
    /// <summary>The image's own manifest. For an image made here, the layers are compressed first, and the manifest is replaced by one with those.</summary>
    public async Task<PushManifest> OfAsync(StoredImage image, bool pulled, PushJob job, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(image.Manifest);
        if (await manifests.FindAsync(digest, null, job.Lease, cancellation).ConfigureAwait(false) is not { } own)
        {
            throw QuaiException.NotFound($"image {image.Image.Id} cannot be pushed: some of its blobs are not in the store");
        }

        Manifest manifest = ImageJson.ReadManifest(own.Bytes);
        if (pulled || !manifest.Layers!.Any(LayerPacker.IsPlain))
        {
            return own;
        }

        List<Descriptor> layers = [];
        for (int i = 0; i < manifest.Layers!.Count; i++)
        {
            Descriptor layer = manifest.Layers[i];
            var says = new LayerProgress(job.Progress, own.Layers[i].Id, time);
            layers.Add(LayerPacker.IsPlain(layer)
                ? await packer.PackAsync(layer, job.Lease, read => says.Advance("Compressing", read, layer.Size), cancellation).ConfigureAwait(false)
                : layer);
        }

        byte[] bytes = ImageJson.Write(manifest with { Layers = layers });
        Digest packed = await blobs.AddAsync(bytes, null, job.Lease, cancellation).ConfigureAwait(false);
        await ReplaceAsync(image, packed, manifest, layers, cancellation).ConfigureAwait(false);
        return manifests.Describe(bytes, own.MediaType, packed, manifest with { Layers = layers });
    }

    private async Task ReplaceAsync(StoredImage image, Digest manifest, Manifest old, List<Descriptor> layers, CancellationToken cancellation)
    {
        await database.WriteAsync(
            c =>
            {
                // Another push may have been faster, or a removal.
                if (c.Run("UPDATE images SET manifest=$m WHERE id=$i AND manifest=$o", ("$m", manifest.ToString()), ("$i", image.Image.Id), ("$o", image.Manifest)) == 0)
                {
                    return;
                }

                foreach (string digest in old.Layers!.Where(LayerPacker.IsPlain).Select(l => l.Digest).Append(image.Manifest))
                {
                    c.Run("DELETE FROM image_blobs WHERE image_id=$i AND digest=$d", ("$i", image.Image.Id), ("$d", digest));
                }

                foreach (string digest in layers.Select(l => l.Digest).Append(manifest.ToString()))
                {
                    c.Run("INSERT INTO image_blobs VALUES ($i, $d) ON CONFLICT DO NOTHING", ("$i", image.Image.Id), ("$d", digest));
                }
            },
            cancellation).ConfigureAwait(false);
        catalog.Reload();
    }
}
