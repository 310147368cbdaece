using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Build.Layers;

/// <summary>Files that came from elsewhere, from clients, servers and repositories, and are still here, with what must be known of them to tell whether they are the same there.</summary>
internal sealed class KeptLayers(LayerStore layers, MetadataDatabase database)
{
    /// <summary>Finds one.</summary>
    /// <returns>Its files and notes; null where it is not here, or no longer.</returns>
    public (LayerStack Stack, byte[] Notes)? Find(string key)
    {
        List<(string Layer, byte[] Notes)> rows = database.Read(c => c.Rows("SELECT layer, manifest FROM build_contexts WHERE key=$k", r => (r.GetString(0), (byte[])r.GetValue(1)), ("$k", key)));
        return rows is [var (id, notes)] && layers.TryGet(id) is { } layer ? (new LayerStack([layer]), notes) : null;
    }

    /// <summary>Finds one's files alone.</summary>
    public LayerStack? FindStack(string key) =>
        database.Read(c => c.Scalar<string?>("SELECT layer FROM build_contexts WHERE key=$k", ("$k", key))) is { } id && layers.TryGet(id) is { } layer ? new LayerStack([layer]) : null;

    /// <summary>Keeps one in place of what was kept by the same key.</summary>
    /// <param name="key">Says where they came from.</param>
    /// <param name="stack">Its files: one layer.</param>
    /// <param name="notes">What must be known of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task KeepAsync(string key, LayerStack stack, byte[] notes, CancellationToken cancellation) => database.WriteAsync(
        c => c.Run(
            "INSERT INTO build_contexts(key, layer, manifest) VALUES ($k, $l, $m) ON CONFLICT(key) DO UPDATE SET layer=$l, manifest=$m",
            ("$k", key), ("$l", stack.Layers[^1].Id), ("$m", notes)),
        cancellation);
}
