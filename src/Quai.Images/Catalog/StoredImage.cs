using Quai.Content.Records;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>An image's database record, with its layers.</summary>
/// <param name="Image">What users of the store see.</param>
/// <param name="Layers">From the bottom up.</param>
/// <param name="Names">All its names, canonical.</param>
internal sealed record StoredImage(Image Image, IReadOnlyList<LayerRecord> Layers, IReadOnlyList<ImageReference> Names)
{
    /// <summary>Digest of the manifest.</summary>
    public string Manifest => Image.ManifestDigest!;
}
