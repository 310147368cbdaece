using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>Records images' digests at registries.</summary>
internal sealed class PushedImages(MetadataDatabase database, ImageCatalog catalog)
{
    /// <summary>Gives the image the digest that the registry knows it by. If one platform's was pushed, this applies to the image of that platform.</summary>
    public async Task RecordAsync(ImageName pushed, Digest digest, StoredImage image, CancellationToken cancellation)
    {
        await database.WriteAsync(
            c =>
            {
                // It may have been removed meanwhile, or pushed by somebody else with different layers.
                List<string> owners = c.Rows("SELECT image_id FROM image_blobs WHERE digest=$d", r => r.GetString(0), ("$d", digest.ToString()));
                foreach (string id in owners.Contains(image.Image.Id) ? [image.Image.Id] : owners)
                {
                    NameTable.Point(c, id, [pushed]);
                }
            },
            cancellation).ConfigureAwait(false);
        catalog.Reload();
    }
}
