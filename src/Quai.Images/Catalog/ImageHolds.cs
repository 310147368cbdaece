using Microsoft.Data.Sqlite;
using Quai.Content.Collecting;
using Quai.Metadata;

namespace Quai.Images.Catalog;

/// <summary>Holds images, so that code that reads their parts finds all of them, even if somebody removes the image meanwhile.</summary>
internal sealed class ImageHolds(MetadataDatabase database, CollectionGate gate)
{
    /// <summary>Holds everything that an image needs.</summary>
    /// <param name="image">As it was found; it may have been removed since, or been given another manifest.</param>
    /// <param name="lease">Keeps its blobs and layers from then on.</param>
    /// <param name="cancellation">Only before anything is held.</param>
    /// <returns>What is held; null if the image is gone.</returns>
    public async Task<HeldImage?> FindAsync(StoredImage image, Lease lease, CancellationToken cancellation)
    {
        // Within the gate no collection is between deciding and deleting: earlier ones have left what is read here, later ones see the lease.
        using IDisposable _ = await gate.EnterAsync(cancellation).ConfigureAwait(false);
        if (database.Read(c => Read(c, image.Image.Id)) is not var (manifest, blobs, layers))
        {
            return null;
        }

        blobs.ForEach(lease.Hold);
        layers.ForEach(lease.Hold);
        return new HeldImage(image with { Image = image.Image with { ManifestDigest = manifest } }, blobs);
    }

    /// <summary>Holds everything that an image needs.</summary>
    /// <exception cref="ImageNotFoundException">The image is gone.</exception>
    public async Task<HeldImage> HoldAsync(StoredImage image, Lease lease, CancellationToken cancellation) =>
        await FindAsync(image, lease, cancellation).ConfigureAwait(false) ?? throw new ImageNotFoundException(image.Image.Id);

    private static (string Manifest, List<string> Blobs, List<string> Layers)? Read(SqliteConnection connection, string id)
    {
        // One transaction: a push may be giving it another manifest, with other layers.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        return connection.Scalar<string?>("SELECT manifest FROM images WHERE id=$i", ("$i", id)) is { } manifest
            ? (manifest,
                connection.Rows("SELECT digest FROM image_blobs WHERE image_id=$i", r => r.GetString(0), ("$i", id)),
                connection.Rows("SELECT chain_id FROM image_layers WHERE image_id=$i", r => r.GetString(0), ("$i", id)))
            : null;
    }
}
