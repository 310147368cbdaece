using Quai.Images.Catalog;
using Quai.Linux;
using Quai.Metadata;

namespace Quai.Images.Snapshots;

internal sealed partial class SnapshotStore
{
    /// <summary>
    /// Begins a layer whose place in a stack is not known yet: it is unpacked as it comes, and named when it is. Recorded before it is made,
    /// so that a crash leaves nothing.
    /// </summary>
    public async Task<PendingLayer> BeginLayerAsync(CancellationToken cancellation)
    {
        long number = await _database.WriteAsync(
            c => c.Scalar<long>("INSERT INTO snapshots(state) VALUES ($s) RETURNING number", ("$s", Schema.Preparing)),
            cancellation).ConfigureAwait(false);
        try
        {
            string name = Name(number);
            FileCalls.MakeDirectory(_folder.Number, name, 0x1c0);
            FileCalls.MakeDirectory(_folder.Number, name + "/fs", 0x1ed);
            return new PendingLayer(this, number, Path.Combine(Folder, name, "fs"));
        }
        catch
        {
            await ForgetAsync(number).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes a pending layer the one of a chain, unless that is there already; it is spent either way.</summary>
    /// <returns>Whether it was taken.</returns>
    private async Task<bool> KeepAsync(long number, string chainId, long size, Lease lease, CancellationToken cancellation)
    {
        SemaphoreSlim turn = _unpacking.GetOrAdd(chainId, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await HoldLayerAsync(chainId, lease, cancellation).ConfigureAwait(false))
            {
                return false;
            }

            await _database.WriteAsync(
                c => c.Run("UPDATE snapshots SET chain_id=$c, state=$s, size=$z WHERE number=$n", ("$c", chainId), ("$s", Schema.Ready), ("$z", size), ("$n", number)),
                cancellation).ConfigureAwait(false);
            return true;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>A layer that is being made; taken away when disposed, unless it was kept.</summary>
    internal sealed class PendingLayer(SnapshotStore store, long number, string directory) : IAsyncDisposable
    {
        private bool _kept;

        /// <summary>Where its files go.</summary>
        public string Directory => directory;

        /// <summary>Makes it the layer of a chain, unless there is one.</summary>
        public async Task KeepAsync(string chainId, long size, Lease lease, CancellationToken cancellation) =>
            _kept = await store.KeepAsync(number, chainId, size, lease, cancellation).ConfigureAwait(false);

        public async ValueTask DisposeAsync()
        {
            if (!_kept)
            {
                _kept = true;
                await store.ForgetAsync(number).ConfigureAwait(false);
            }
        }
    }
}
