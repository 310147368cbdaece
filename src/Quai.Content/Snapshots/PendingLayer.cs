using Quai.Content.Collecting;

namespace Quai.Content.Snapshots;

/// <summary>A layer that is being created; removed when disposed, unless it was kept.</summary>
public sealed class PendingLayer : IAsyncDisposable
{
    private readonly SnapshotStore _store;
    private readonly long _number;
    private bool _kept;

    internal PendingLayer(SnapshotStore store, long number, string directory)
    {
        _store = store;
        _number = number;
        Directory = directory;
    }

    /// <summary>Where its files go.</summary>
    public string Directory { get; }

    /// <summary>Makes it the layer of a chain, unless there is one; the lease keeps that one from then on.</summary>
    internal async Task KeepAsync(string chainId, long size, Lease lease, CancellationToken cancellation) =>
        _kept = await _store.KeepAsync(_number, chainId, size, lease, cancellation).ConfigureAwait(false);

    /// <summary>Removes it, unless it was kept.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_kept)
        {
            _kept = true;
            await _store.ForgetAsync(_number).ConfigureAwait(false);
        }
    }
}
