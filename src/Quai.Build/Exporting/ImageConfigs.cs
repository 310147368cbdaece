using Quai.Build.Layers;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>Completes the configuration that a frontend made of an image by what is known when its layers are: their digests, and when they were made.</summary>
internal static class ImageConfigs
{
    /// <summary>Completes it.</summary>
    /// <param name="tree">The tree with the frontend's configuration.</param>
    /// <param name="named">Its layers.</param>
    /// <param name="created">When each layer was made, from the bottom up.</param>
    public static ImageConfig Complete(ExportedTree tree, NamedLayers named, IReadOnlyList<DateTimeOffset> created)
    {
        ImageConfig config = tree.Config is { } bytes ? ImageJson.ReadConfig(bytes) : new ImageConfig { Config = new ExecutionConfig() };
        config.Architecture = config.Architecture.Length > 0 ? config.Architecture : tree.Platform.Architecture;
        config.Os = config.Os.Length > 0 ? config.Os : tree.Platform.Os;
        config.Variant ??= tree.Platform.Variant;
        config.BuildCache = tree.InlineCache;
        config.RootFs = new RootFs { DiffIds = [.. named.DiffIds] };
        config.History = Align(config.History ?? [], named.DiffIds.Count, created);
        Date(config.History);
        config.Created = tree.Epoch ?? (config.History is [.., { Created: { } last }] ? last : config.Created);
        foreach (HistoryEntry entry in config.History.Where(e => e.Created > tree.Epoch))
        {
            entry.Created = tree.Epoch;
        }

        return config;
    }

    /// <summary>Has as many entries with a layer as there are layers, each with its layer's time.</summary>
    private static List<HistoryEntry> Align(List<HistoryEntry> history, int layers, IReadOnlyList<DateTimeOffset> created)
    {
        List<HistoryEntry> aligned = [];
        int layer = 0;
        foreach (HistoryEntry entry in history)
        {
            if (entry.EmptyLayer == true)
            {
                aligned.Add(entry);
            }
            else if (layer < layers)
            {
                // What came with the base keeps the time that it came with.
                entry.Created ??= created[layer];
                aligned.Add(entry);
                layer++;
            }
        }

        for (; layer < layers; layer++)
        {
            aligned.Add(new HistoryEntry { Created = created[layer], CreatedBy = "created by a build", Comment = "buildkit.exporter.image.v0" });
        }

        return aligned;
    }

    /// <summary>Gives entries without a layer the time of the layer before them, those before the first new layer its time: so the times depend on the layers alone.</summary>
    private static void Date(List<HistoryEntry> history)
    {
        DateTimeOffset? time = null;
        bool isMissing = false;
        foreach (HistoryEntry entry in history)
        {
            if (entry.Created is not null)
            {
                time = entry.Created;
                if (isMissing)
                {
                    break;
                }
            }
            else
            {
                isMissing = true;
            }
        }

        isMissing = false;
        foreach (HistoryEntry entry in history)
        {
            if (entry.Created is not null)
            {
                time = isMissing ? entry.Created : time;
            }
            else
            {
                isMissing = true;
                entry.Created = time ?? DateTimeOffset.UnixEpoch;
            }
        }
    }
}
