using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Registry;
using Quai.Metadata;

namespace Quai.Images.Pushes;

/// <summary>What all pushes share: the parts of the store, and how many uploads run at once.</summary>
internal sealed class PushServices(
    RegistryClient client, MetadataDatabase database, BlobStore blobs, ImageCatalog catalog, BlobRepositories repositories, ImageStoreOptions options) : IDisposable
{
    public RegistryClient Client => client;

    public MetadataDatabase Database => database;

    public BlobStore Blobs => blobs;

    public ImageCatalog Catalog => catalog;

    public BlobRepositories Repositories => repositories;

    public LayerPacker Packer { get; } = new(database, blobs);

    public ImageStoreOptions Options => options;

    /// <summary>Taken while a layer is uploaded.</summary>
    public SemaphoreSlim Uploads { get; } = new(options.MaxConcurrentUploads, options.MaxConcurrentUploads);

    public void Dispose()
    {
        Uploads.Dispose();
        Packer.Dispose();
    }
}
