using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Images.Catalog;
using Quai.Images.Catalog.Indexes;
using Quai.Oci.Images;

namespace Quai.Images.Commits;

/// <summary>Makes images here: writes the configuration and the manifest for existing layers, and records the image.</summary>
internal sealed class ImageMaker(BlobStore blobs, ImageRecorder recorder, TimeProvider time)
{
    /// <summary>Makes one.</summary>
    /// <param name="configure">Returns its configuration for the given creation time.</param>
    /// <param name="layers">Its layers, from the bottom up.</param>
    /// <param name="chainIds">Their chain ids.</param>
    /// <param name="names">Names for it.</param>
    /// <param name="parent">Id of the image that it is made from, or null.</param>
    /// <param name="lease">Holds the layers, and keeps what is created until the image is recorded.</param>
    /// <param name="cancellation">Only before it is recorded.</param>
    /// <param name="annotations">Annotations of its manifest; null for none.</param>
    /// <param name="superseded">What the image with this id had and has no longer; null for nothing.</param>
    public async Task<StoredImage> RunAsync(
        Func<DateTimeOffset, ImageConfig> configure, List<Descriptor> layers, IReadOnlyList<string> chainIds, IReadOnlyList<ImageName> names, string? parent, Lease lease, CancellationToken cancellation,
        IReadOnlyDictionary<string, string>? annotations = null, Func<Digest, SupersededIndexes>? superseded = null)
    {
        byte[] config = ImageJson.Write(configure(time.GetUtcNow()));
        Digest id = await blobs.AddAsync(config, null, lease, cancellation).ConfigureAwait(false);
        byte[] manifest = ImageJson.Write(new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = id.ToString(), Size = config.Length },
            Layers = layers,
            Annotations = annotations is { Count: > 0 } ? new(annotations) : null,
        });
        Digest manifestDigest = await blobs.AddAsync(manifest, null, lease, cancellation).ConfigureAwait(false);
        string[] used = [.. layers.Select(l => l.Digest), id.ToString(), manifestDigest.ToString()];
        (StoredImage image, _) = await recorder.RecordAsync(
            new NewImage(id, config, manifestDigest, chainIds, used, names) { Parent = parent, IsNamedHere = true, Superseded = superseded?.Invoke(id) ?? SupersededIndexes.None }, cancellation).ConfigureAwait(false);
        return image;
    }
}
