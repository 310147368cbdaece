using System.Collections.Concurrent;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Images.Snapshots;
using Quai.Images.Unpack;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Assembly;

/// <summary>Makes images of blobs: unpacks layers and, when all are there, records the image with its names.</summary>
internal sealed class ImageAssembler(MetadataDatabase database, BlobStore blobs, SnapshotStore snapshots, ImageCatalog catalog, ImageStoreOptions options) : IDisposable
{
    /// <summary>overlayfs takes no more lower layers.</summary>
    private const int MaxLayers = 500;

    private readonly SemaphoreSlim _unpacking = new(options.MaxConcurrentUnpacks, options.MaxConcurrentUnpacks);
    private readonly ConcurrentDictionary<string, bool> _unsynced = new();

    /// <summary>Checks what can be checked before any layer is fetched.</summary>
    public static void CheckLayers(ImageConfig config, int layers)
    {
        if (config.RootFs.DiffIds.Count != layers)
        {
            throw QuaiException.Invalid($"layers from manifest don't match image configuration: {layers} layers, {config.RootFs.DiffIds.Count} diff ids");
        }

        if (layers > MaxLayers)
        {
            throw QuaiException.Invalid($"max depth exceeded: the image has {layers} layers, overlayfs takes {MaxLayers}");
        }
    }

    /// <summary>Unpacks a layer unless it is there already.</summary>
    /// <param name="blob">The layer's blob, which is in the store.</param>
    /// <param name="diffId">What it must unpack to.</param>
    /// <param name="chainId">What the layer is known by.</param>
    /// <param name="lease">Keeps the layer until the image is recorded.</param>
    /// <param name="read">Told the bytes of the blob read so far.</param>
    /// <param name="cancellation">Stops and removes what was unpacked.</param>
    public Task UnpackAsync(Digest blob, string diffId, string chainId, Lease lease, Action<long>? read, CancellationToken cancellation) =>
        snapshots.MakeLayerAsync(
            chainId,
            lease,
            async directory =>
            {
                await _unpacking.WaitAsync(cancellation).ConfigureAwait(false);
                try
                {
                    _unsynced[chainId] = true;
                    LayerUnpacker.Result result = await LayerUnpacker.UnpackAsync(blobs.PathOf(blob), directory, read, cancellation).ConfigureAwait(false);
                    return result.DiffId.ToString() == diffId
                        ? result.Size
                        : throw QuaiException.Invalid($"layers from manifest don't match image configuration: layer {blob} unpacks to {result.DiffId}, not to {diffId}");
                }
                finally
                {
                    _unpacking.Release();
                }
            },
            cancellation);

    /// <summary>Notes that a layer was unpacked by other means, and is not on the disk for sure before an image of it is recorded.</summary>
    public void NoteUnsynced(string chainId) => _unsynced[chainId] = true;

    /// <summary>Records an image whose blobs and layers are all there and held by the caller's lease. Names are moved from what they named before.</summary>
    /// <returns>The image, and for each name that pointed at another image that image's id.</returns>
    public async Task<(StoredImage Image, IReadOnlyList<(ImageReference Name, string OldId)> Moved)> RecordAsync(
        NewImage image, CancellationToken cancellation)
    {
        if (options.SyncLayers && image.ChainIds.Any(_unsynced.ContainsKey))
        {
            await snapshots.SyncAsync(cancellation).ConfigureAwait(false);
        }

        foreach (string chain in image.ChainIds)
        {
            _unsynced.TryRemove(chain, out _);
        }

        string id = image.Id.ToString();
        List<(ImageReference, string)> moved = await database.WriteAsync(
            c =>
            {
                c.Run(
                    "INSERT INTO images(id, config, manifest, added, parent) VALUES ($i, $c, $m, $a, $p) ON CONFLICT(id) DO UPDATE SET manifest=$m, parent=coalesce(parent, $p)",
                    ("$i", id), ("$c", image.Config), ("$m", image.Manifest.ToString()), ("$a", options.Time.GetUtcNow().ToUnixTimeSeconds()), ("$p", image.Parent));
                for (int i = 0; i < image.ChainIds.Count; i++)
                {
                    c.Run("INSERT INTO image_layers VALUES ($i, $p, $c) ON CONFLICT DO NOTHING", ("$i", id), ("$p", i), ("$c", image.ChainIds[i]));
                }

                foreach (string blob in image.Blobs)
                {
                    c.Run("INSERT INTO image_blobs VALUES ($i, $d) ON CONFLICT DO NOTHING", ("$i", id), ("$d", blob));
                }

                if (image is { IsNamedHere: true, Names.Count: > 0 })
                {
                    NameTable.SetTagged(c, id, options.Time.GetUtcNow());
                }

                return NameTable.Point(c, id, image.Names);
            },
            cancellation).ConfigureAwait(false);
        catalog.Reload();
        return (catalog.ById(id) ?? throw QuaiException.Conflict($"image {id} was removed while it was being stored"), moved);
    }

    public void Dispose() => _unpacking.Dispose();
}

/// <summary>An image to be recorded.</summary>
/// <param name="Id">Digest of the config.</param>
/// <param name="Config">The config's bytes.</param>
/// <param name="Manifest">Digest of the manifest.</param>
/// <param name="ChainIds">Its layers, from the lowest up.</param>
/// <param name="Blobs">Digests of all blobs it needs, config and manifest with them.</param>
/// <param name="Names">Names to give it.</param>
internal sealed record NewImage(
    Digest Id,
    byte[] Config,
    Digest Manifest,
    IReadOnlyList<string> ChainIds,
    IReadOnlyCollection<string> Blobs,
    IReadOnlyList<ImageName> Names)
{
    /// <summary>Id of the image that it was made of (commit, build); null when it came as a whole.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether its names are given here by a user, and did not come with it.</summary>
    public bool IsNamedHere { get; init; }
}
