using Quai.Content.Collecting;

namespace Quai.Images.Catalog;

/// <summary>Images own their blobs and layers.</summary>
internal sealed class ImageOwnership : IContentOwner
{
    public string BlobQuery => "SELECT digest FROM image_blobs";

    public string LayerQuery => "SELECT chain_id FROM image_layers";
}
