using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Content;
using Quai.Images.Catalog;
using Quai.Images.Trust;
using Quai.Metadata;

namespace Quai.Images;

/// <summary>Images as a whole: the store of images in one folder, and registry operations. Names and references are in the metadata database.</summary>
public sealed class ImageServices : IAsyncDisposable
{
    private ImageServices(ImageParts parts) => Parts = parts;

    /// <summary>The tables that the database must have.</summary>
    public static IReadOnlyList<Migration> Migrations => [.. ContentStore.Migrations, .. Schema.Migrations, .. RegistrySchema.Migrations, .. TrustSchema.Migrations];

    /// <summary>Images, and the snapshots of containers.</summary>
    public IImageStore Images => Parts.Images;

    /// <summary>Where images come from and go to.</summary>
    public IRegistries Registries => Parts.Registries;

    /// <summary>How images are given away that are only made for that.</summary>
    public IPublishing Publishing => Parts.Publishing;

    /// <summary>Their signatures.</summary>
    public ISignatures Signatures => Parts.Signatures;

    /// <summary>The blobs and layers that images consist of.</summary>
    public ContentStore Content => Parts.Content;

    internal ImageParts Parts { get; }

    /// <summary>Opens the store, creating its folders. The caller must call <see cref="IImageStore.RecoverAsync"/> next. Requires root.</summary>
    /// <param name="root">Its own folder; an absolute path.</param>
    /// <param name="database">With <see cref="Migrations"/> applied; owned by the caller.</param>
    /// <param name="options">Settings.</param>
    /// <param name="logger">Receives failures in the background.</param>
    public static ImageServices Open(string root, MetadataDatabase database, ImageStoreOptions options, ILogger? logger = null) =>
        new(ImageParts.Compose(root, database, options, logger ?? NullLogger.Instance));

    /// <summary>Changes the insecure registries and the mirrors, for operations that start from now on.</summary>
    public void Configure(IReadOnlyList<string> insecureRegistries, IReadOnlyList<string> mirrors) => Parts.Client.Configure(insecureRegistries, mirrors);

    /// <summary>Closes downloads' connections and waits for files that are being deleted.</summary>
    public ValueTask DisposeAsync() => Parts.DisposeAsync();
}
