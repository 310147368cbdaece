using Quai.Content.Snapshots;

namespace Quai.Build.Layers;

/// <summary>A layer that a step is writing. It is removed when disposed, unless it has been sealed.</summary>
internal sealed class WritableLayer(LayerStore store, Snapshot snapshot, LayerStack below) : IAsyncDisposable
{
    private bool _isSealed;

    /// <summary>What to mount.</summary>
    public Snapshot Snapshot => snapshot;

    /// <summary>The folder that is written to.</summary>
    public string Directory => Path.Combine(snapshot.Root, snapshot.Upper);

    /// <summary>Makes it a layer, which nobody may write to any more.</summary>
    public async Task<LayerStack> SealAsync(CancellationToken cancellation)
    {
        BuildLayer layer = await store.SealAsync(snapshot, cancellation).ConfigureAwait(false);
        _isSealed = true;
        return below.With(layer);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isSealed)
        {
            _isSealed = true;
            await store.DiscardAsync(snapshot).ConfigureAwait(false);
        }
    }
}
