using System.Collections.Concurrent;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Snapshots;
using Quai.Content.Unpack;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>Unpacked layers: made from blobs or unpacked as received, and synced to disk before any record relies on them.</summary>
public sealed class LayerStore : IDisposable
{
    private readonly BlobStore _blobs;
    private readonly SnapshotStore _snapshots;
    private readonly bool _sync;
    private readonly SemaphoreSlim _unpacking;
    private readonly ConcurrentDictionary<string, bool> _unsynced = new();

    internal LayerStore(BlobStore blobs, SnapshotStore snapshots, ContentOptions options)
    {
        _blobs = blobs;
        _snapshots = snapshots;
        _sync = options.SyncLayers;
        _unpacking = new SemaphoreSlim(options.MaxConcurrentUnpacks, options.MaxConcurrentUnpacks);
    }

    /// <summary>Unpacks a layer unless that was already done.</summary>
    /// <param name="blob">The layer's blob, which is in the store.</param>
    /// <param name="diffId">What it must unpack to.</param>
    /// <param name="chainId">The layer's name.</param>
    /// <param name="lease">Keeps the layer until it has an owner.</param>
    /// <param name="read">Receives the number of bytes of the blob read so far.</param>
    /// <param name="cancellation">Stops and removes what was unpacked.</param>
    /// <exception cref="QuaiException">The blob is not a layer, or is another one.</exception>
    public Task UnpackAsync(Digest blob, string diffId, string chainId, Lease lease, Action<long>? read, CancellationToken cancellation) =>
        _snapshots.MakeLayerAsync(
            chainId,
            lease,
            async directory =>
            {
                await _unpacking.WaitAsync(cancellation).ConfigureAwait(false);
                try
                {
                    _unsynced[chainId] = true;
                    LayerUnpacker.Result result = await LayerUnpacker.UnpackAsync(await _blobs.LocateAsync(blob, cancellation).ConfigureAwait(false), directory, read, cancellation).ConfigureAwait(false);
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

    /// <summary>Makes a layer that was unpacked as received the layer of a chain, unless there is one.</summary>
    /// <param name="layer">Consumed by this.</param>
    /// <param name="chainId">Its name from now on.</param>
    /// <param name="size">Bytes of its files.</param>
    /// <param name="lease">Keeps the chain's layer until it has an owner.</param>
    /// <param name="cancellation">Leaves it pending.</param>
    public Task KeepAsync(PendingLayer layer, string chainId, long size, Lease lease, CancellationToken cancellation)
    {
        _unsynced[chainId] = true;
        return layer.KeepAsync(chainId, size, lease, cancellation);
    }

    /// <summary>Says that a layer's files may not be on the disk yet.</summary>
    internal void MarkUnsynced(string chainId) => _unsynced[chainId] = true;

    /// <summary>Syncs to disk any layers that may not be there yet, before anybody records them as complete.</summary>
    public async Task SyncAsync(IReadOnlyCollection<string> chainIds, CancellationToken cancellation)
    {
        if (_sync && chainIds.Any(_unsynced.ContainsKey))
        {
            await _snapshots.SyncAsync(cancellation).ConfigureAwait(false);
        }

        foreach (string chain in chainIds)
        {
            _unsynced.TryRemove(chain, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _unpacking.Dispose();
}
