using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Catalog.Indexes;

/// <summary>The indexes that images came from.</summary>
/// <param name="blobs">Where they are.</param>
internal sealed class NamedIndexes(BlobStore blobs)
{
    /// <summary>Finds the index by which a name stands for the images of several platforms.</summary>
    /// <param name="name">The name.</param>
    /// <param name="images">The images that it stands for.</param>
    /// <returns>The index, and its digest; null where the name stands for one image, or its index is not kept.</returns>
    public (Digest Digest, ImageIndex Index)? Find(ImageReference name, IReadOnlyList<StoredImage> images)
    {
        if (images.Count < 2)
        {
            return null;
        }

        foreach (Digest digest in images[0].Names.Where(n => n.Name == name.Name).Select(n => n.Digest).OfType<Digest>().Where(d => images.All(i => i.Names.Any(n => n.Digest == d))))
        {
            if (File.Exists(blobs.PathOf(digest)) && Read(digest) is { } index && images.All(i => index.Manifests!.Exists(m => m.Digest == i.Manifest)))
            {
                return (digest, index);
            }
        }

        return null;
    }

    private ImageIndex? Read(Digest digest)
    {
        try
        {
            byte[] bytes = blobs.Read(digest, ImageJson.MaxManifestSize);
            return MediaTypes.IsIndex(ImageJson.DetectMediaType(bytes)) ? ImageJson.ReadIndex(bytes) : null;
        }
        catch (QuaiException)
        {
            return null;
        }
    }
}
