using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Content;
using Quai.Images.Catalog;
using Quai.Images.Trust;
using Quai.Metadata;

namespace Quai.Images;

/// <summary>Images, put together: the store of images in one folder, and what is done with registries. Names and references are in the metadata database.</summary>
public sealed class ImageServices : IAsyncDisposable
{
    private ImageServices(ImageParts parts) => Parts = parts;

    /// <summary>The tables that are needed in the database that is given.</summary>
    public static IReadOnlyList<Migration> Migrations => [.. ContentStore.Migrations, .. Schema.Migrations, .. RegistrySchema.Migrations, .. TrustSchema.Migrations];

    /// <summary>Images, and the snapshots of containers.</summary>
    public IImageStore Images => Parts.Images;

    /// <summary>Where images come from and go to.</summary>
    public IRegistries Registries => Parts.Registries;

    /// <summary>Their signatures.</summary>
    public ISignatures Signatures => Parts.Signatures;

    /// <summary>The blobs and layers that images are made of.</summary>
    public ContentStore Content => Parts.Content;

    internal ImageParts Parts { get; }

    /// <summary>Opens the store, making its folders. <see cref="IImageStore.RecoverAsync"/> is the caller's next step. Needs to be root.</summary>
    /// <param name="root">Its folder, of its own; an absolute path.</param>
    /// <param name="database">With <see cref="Migrations"/> applied; stays the caller's.</param>
    /// <param name="options">How to behave.</param>
    /// <param name="logger">Told of what fails in the background.</param>
    public static ImageServices Open(string root, MetadataDatabase database, ImageStoreOptions options, ILogger? logger = null) =>
        new(ImageParts.Compose(root, database, options, logger ?? NullLogger.Instance));

    /// <summary>Changes which registries are insecure and which mirrors there are, for what begins from now on.</summary>
    public void Configure(IReadOnlyList<string> insecureRegistries, IReadOnlyList<string> mirrors) => Parts.Client.Configure(insecureRegistries, mirrors);

    /// <summary>Ends downloads' connections and waits for files that are being deleted.</summary>
    public ValueTask DisposeAsync() => Parts.DisposeAsync();
}
