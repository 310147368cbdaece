using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Images.Catalog;

namespace Quai.Images.Removal;

/// <summary>Removes an image and all its names if nothing needs it.</summary>
internal sealed class RemoveUnusedImage(ImageCatalog catalog, SnapshotStore snapshots, ImageRemoval removal)
{
    public async Task<PrunedImages?> RunAsync(
        string id, bool untaggedOnly, Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, CancellationToken cancellation)
    {
        // Walk through the layers before anybody has to wait for it.
        foreach (LayerRecord layer in catalog.ById(id)?.Layers ?? [])
        {
            snapshots.DiskOf(layer.Number);
        }

        bool unused = false;
        PrunedImages removed = await removal.RunAsync(usedBy, (_, rules) => unused = rules.RemoveUnused(id, untaggedOnly), measure: true, cancellation).ConfigureAwait(false);
        return unused ? removed : null;
    }
}
