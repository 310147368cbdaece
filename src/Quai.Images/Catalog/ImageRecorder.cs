using Microsoft.Data.Sqlite;
using Quai.Content.Layers;
using Quai.Errors;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>Makes images from blobs and layers that are all present: records the image with its names.</summary>
internal sealed class ImageRecorder(MetadataDatabase database, LayerStore layers, ImageCatalog catalog, TimeProvider time)
{
    /// <summary>overlayfs supports no more lower layers.</summary>
    private const int MaxLayers = 500;

    /// <summary>Checks what can be checked before any layer is fetched.</summary>
    public static void CheckLayers(ImageConfig config, int layers)
    {
        if (config.RootFs.DiffIds.Count != layers)
        {
            throw QuaiException.Invalid($"layers from manifest don't match image configuration: {layers} layers, {config.RootFs.DiffIds.Count} diff ids");
        }

        if (layers > MaxLayers)
        {
            throw QuaiException.Invalid($"max depth exceeded: the image has {layers} layers, overlayfs takes {MaxLayers}");
        }
    }

    /// <summary>Records an image whose blobs and layers are all present and held by the caller's lease. Names are moved from images that had them.</summary>
    /// <returns>The image, and for each name that pointed at another image, that image's id.</returns>
    public async Task<(StoredImage Image, IReadOnlyList<(ImageReference Name, string OldId)> Moved)> RecordAsync(
        NewImage image, CancellationToken cancellation)
    {
        (IReadOnlyList<StoredImage> images, IReadOnlyList<(ImageReference Name, string OldId)> moved) = await RecordAsync([image], cancellation).ConfigureAwait(false);
        return (images[0], moved);
    }

    /// <summary>Records images all at once, as <see cref="RecordAsync(NewImage, CancellationToken)"/> does one.</summary>
    public async Task<(IReadOnlyList<StoredImage> Images, IReadOnlyList<(ImageReference Name, string OldId)> Moved)> RecordAsync(
        IReadOnlyList<NewImage> images, CancellationToken cancellation)
    {
        await layers.SyncAsync([.. images.SelectMany(i => i.ChainIds).Distinct()], cancellation).ConfigureAwait(false);
        List<(ImageReference, string)> moved = await database.WriteAsync(
            c =>
            {
                foreach (NewImage image in images)
                {
                    Write(c, image);
                }

                return images.SelectMany(i => NameTable.Point(c, i.Id.ToString(), i.Names)).ToList();
            },
            cancellation).ConfigureAwait(false);
        catalog.Reload();
        return ([.. images.Select(i => i.Id.ToString()).Select(id => catalog.ById(id) ?? throw QuaiException.Conflict($"image {id} was removed while it was being stored"))], moved);
    }

    private void Write(SqliteConnection connection, NewImage image)
    {
        string id = image.Id.ToString();
        connection.Run(
            "INSERT INTO images(id, config, manifest, added, parent) VALUES ($i, $c, $m, $a, $p) ON CONFLICT(id) DO UPDATE SET manifest=$m, parent=coalesce(parent, $p)",
            ("$i", id), ("$c", image.Config), ("$m", image.Manifest.ToString()), ("$a", time.GetUtcNow().ToUnixTimeSeconds()), ("$p", image.Parent));
        for (int i = 0; i < image.ChainIds.Count; i++)
        {
            connection.Run("INSERT INTO image_layers VALUES ($i, $p, $c) ON CONFLICT DO NOTHING", ("$i", id), ("$p", i), ("$c", image.ChainIds[i]));
        }

        foreach (string name in image.Superseded.Names)
        {
            connection.Run("DELETE FROM image_names WHERE image_id=$i AND name=$n", ("$i", id), ("$n", name));
        }

        // Before its own are added: some may be the same.
        foreach (string blob in image.Superseded.Blobs)
        {
            connection.Run("DELETE FROM image_blobs WHERE image_id=$i AND digest=$d", ("$i", id), ("$d", blob));
        }

        foreach (string blob in image.Blobs)
        {
            connection.Run("INSERT INTO image_blobs VALUES ($i, $d) ON CONFLICT DO NOTHING", ("$i", id), ("$d", blob));
        }

        if (image is { IsNamedHere: true, Names.Count: > 0 })
        {
            NameTable.SetTagged(connection, id, time.GetUtcNow());
        }
    }
}
