using Microsoft.Data.Sqlite;
using Quai.Content.Collecting;
using Quai.Images.Catalog;

namespace Quai.Images.Removal;

/// <summary>Removes images by rules, and whatever nobody owns afterwards, in one transaction.</summary>
internal sealed class ImageRemoval(ContentCollector collector, ImageCatalog catalog, ImageEvents events)
{
    /// <summary>Runs the removal.</summary>
    /// <param name="usedBy">Which containers (id, running) use an image id.</param>
    /// <param name="remove">Decides what is removed; called in the transaction.</param>
    /// <param name="measure">Whether to measure how much it frees.</param>
    /// <param name="cancellation">Checked before anything is changed.</param>
    public async Task<PrunedImages> RunAsync(
        Func<string, IReadOnlyList<(string ContainerId, bool Running)>> usedBy, Action<SqliteConnection, RemovalRules> remove, bool measure, CancellationToken cancellation)
    {
        RemovalRules? rules = null;
        long bytes = await collector.RunAsync(
            (connection, removeLayers) =>
            {
                rules = new RemovalRules(connection, usedBy, removeLayers);
                remove(connection, rules);
            },
            measure,
            cancellation).ConfigureAwait(false);
        catalog.Reload();
        foreach ((string action, string id, string name) in rules!.Events)
        {
            events.Publish(action, id, name);
        }

        return new PrunedImages(rules.Done, bytes);
    }
}
