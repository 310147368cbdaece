using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>Records what images are known by at registries.</summary>
internal sealed class PushedImages(MetadataDatabase database, ImageCatalog catalog)
{
    /// <summary>From now on the image is known by what the registry knows it by. Where one platform's was pushed, that is the image of that platform.</summary>
    public async Task RecordAsync(ImageName pushed, Digest digest, StoredImage image, CancellationToken cancellation)
    {
        await database.WriteAsync(
            c =>
            {
                // It may have been removed meanwhile, or pushed by somebody else with other layers.
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
