using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Snapshots;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>Makes a layer from what was written to a snapshot.</summary>
public sealed class LayerCommit
{
    private readonly BlobStore _blobs;
    private readonly SnapshotStore _snapshots;
    private readonly LayerStore _layers;

    internal LayerCommit(BlobStore blobs, SnapshotStore snapshots, LayerStore layers)
    {
        _blobs = blobs;
        _snapshots = snapshots;
        _layers = layers;
    }

    /// <summary>Makes the layer. The snapshot is read once and not changed.</summary>
    /// <param name="difference">What to commit.</param>
    /// <param name="lease">Keeps the blob and the unpacked layer until they have an owner.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    public async Task<CommittedLayer> RunAsync(Difference difference, Lease lease, CancellationToken cancellation)
    {
        Snapshot snapshot = _snapshots.Get(difference.Key);
        await using PendingLayer pending = await _snapshots.BeginLayerAsync(cancellation).ConfigureAwait(false);
        using IngestFile file = _blobs.Begin();
        DifferencePacker.Result made =
            await DifferencePacker.RunAsync(Path.Combine(snapshot.Root, snapshot.Upper), difference.LeftOut, file, pending.Directory, cancellation).ConfigureAwait(false);
        if (difference.FilesRead is { } read)
        {
            await read().ConfigureAwait(false);
        }

        string[] diffIds = [.. difference.Below, made.DiffId.ToString()];
        string[] chains = ChainIds.Of(diffIds);
        await _layers.KeepAsync(pending, chains[^1], made.Size, lease, cancellation).ConfigureAwait(false);
        Digest blob = file.Digest();
        await _blobs.CommitAsync(file, blob, lease, cancellation).ConfigureAwait(false);
        return new CommittedLayer(new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = blob.ToString(), Size = file.Length }, diffIds, chains);
    }
}
