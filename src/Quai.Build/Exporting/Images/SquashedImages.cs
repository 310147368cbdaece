using Quai.Build.Layers;
using Quai.Build.Trees;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>Images whose files are those of the image that they begin with, and one layer upon it.</summary>
internal static class SquashedImages
{
    /// <summary>Makes one layer of those that were put upon the image that a tree begins with; the history says so.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="layers">Where the layer is made.</param>
    /// <param name="cancellation">Stops; nothing is left.</param>
    /// <exception cref="QuaiException">Kind InvalidParameter: the image is to carry its cache, which tells of its layers.</exception>
    public static async Task<ExportedTree> SquashAsync(ExportedTree tree, LayerStore layers, CancellationToken cancellation)
    {
        if (tree.InlineCache is not null)
        {
            throw QuaiException.Invalid("an image with its cache in it cannot be squashed, as the cache is its layers: export the cache to somewhere else (--cache-to type=registry,…)");
        }

        int first = Math.Min(tree.BaseLayers, tree.Stack.Layers.Count), count = tree.Stack.Layers.Count - first;
        if (count < 2)
        {
            return tree;
        }

        LayerStack below = new([.. tree.Stack.Layers.Take(first)]);
        DateTimeOffset created = layers.CreatedAt(tree.Stack).Skip(first).Max();
        BuildLayer? squashed = await TreeDifference.MakeAsync(layers, below, tree.Stack, below, cancellation).ConfigureAwait(false);
        if (squashed is not null)
        {
            // The same layers give the same image whenever that is.
            await layers.DateAsync(new Dictionary<string, DateTimeOffset> { [squashed.Id] = created }).ConfigureAwait(false);
        }

        return tree with { Stack = squashed is null ? below : below.With(squashed), Config = Told(tree, first, squashed is null ? null : new HistoryEntry { Created = created, Comment = $"merge of {count} layers" }) };
    }

    private static byte[]? Told(ExportedTree tree, int first, HistoryEntry? merged)
    {
        if (tree.Config is null)
        {
            return null;
        }

        ImageConfig config = ImageJson.ReadConfig(tree.Config);
        int layer = 0;
        foreach (HistoryEntry entry in config.History ??= [])
        {
            if (entry.EmptyLayer != true && layer++ >= first)
            {
                entry.EmptyLayer = true;
            }
        }

        config.History.AddRange(merged is null ? [] : [merged]);
        return ImageJson.Write(config);
    }
}
