using Quai.Build.Layers;
using Quai.Build.Steps.Programs;
using Quai.Content.Collecting;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>Makes caches of what builds have made.</summary>
internal sealed class CacheGraphs(LayerStore layers, IPublishing publishing)
{
    /// <summary>The cache of a build, with its layers packed.</summary>
    /// <param name="steps">The build's steps.</param>
    /// <param name="results">The trees that came of it.</param>
    /// <param name="folders">The folders that outlive builds.</param>
    /// <param name="demands">What is kept of it.</param>
    /// <param name="lease">Holds the layers' blobs.</param>
    /// <param name="cancellation">Stops; what is packed stays.</param>
    public async Task<CacheGraph> MakeAsync(
        IReadOnlyList<SolvedStep> steps, IReadOnlyList<LayerStack> results, IReadOnlyList<KeptFolder> folders, CacheDemands demands, Lease lease, CancellationToken cancellation)
    {
        HashSet<string> wanted = [.. results.SelectMany(r => r.Layers).Select(l => l.Id)];
        var made = new Dictionary<(int Below, string Layer), int>();
        List<CachedLayer> packed = [];
        List<CachedStep> kept = [];
        foreach (SolvedStep step in steps.Where(s => s.Result is { } result && (demands.IsComplete || result.Outputs.All(o => o.Layers.All(l => wanted.Contains(l.Id))))))
        {
            List<int> outputs = [];
            foreach (LayerStack output in step.Result!.Outputs)
            {
                outputs.Add(await AddAsync(output, made, packed, demands, lease, cancellation).ConfigureAwait(false));
            }

            kept.Add(new CachedStep(step.Key.Key, step.Key.Identity, step.Vertex.Name, step.Vertex.Kind, outputs));
        }

        foreach (KeptFolder folder in demands.TakesMounts ? folders : [])
        {
            kept.Add(new CachedStep(folder.Key, folder.Key, folder.Name, KeptFolder.Kind, [await AddAsync(folder.Files, made, packed, demands, lease, cancellation).ConfigureAwait(false)]));
        }

        return new CacheGraph(packed, kept, Contents(steps));
    }

    /// <summary>What an image carries along of the steps that it was made by.</summary>
    /// <param name="steps">The build's steps.</param>
    /// <param name="image">The image's files.</param>
    public static byte[] Inline(IReadOnlyList<SolvedStep> steps, LayerStack image)
    {
        List<CachedStep> kept =
        [
            .. steps.Where(s => s.Result is { Outputs: [var only] } && only.Layers.Count <= image.Layers.Count && only.Layers.Select(l => l.Id).SequenceEqual(image.Layers.Take(only.Layers.Count).Select(l => l.Id)))
                .Select(s => new CachedStep(s.Key.Key, s.Key.Identity, s.Vertex.Name, s.Vertex.Kind, [s.Result!.Outputs[0].Layers.Count - 1])),
        ];
        return CacheDocuments.WriteInline(kept, Contents(steps));
    }

    private static Dictionary<string, string> Contents(IReadOnlyList<SolvedStep> steps)
    {
        Dictionary<string, string> contents = [];
        foreach ((string question, string content) in steps.SelectMany(s => s.Key.Contents))
        {
            contents[question] = content;
        }

        return contents;
    }

    private async Task<int> AddAsync(
        LayerStack stack, Dictionary<(int Below, string Layer), int> made, List<CachedLayer> packed, CacheDemands demands, Lease lease, CancellationToken cancellation)
    {
        int below = -1;
        IReadOnlyList<DateTimeOffset>? created = null;
        for (int i = 0; i < stack.Layers.Count; i++)
        {
            BuildLayer layer = stack.Layers[i];
            if (!made.TryGetValue((below, layer.Id), out int at))
            {
                created ??= layers.CreatedAt(stack);
                (string diffId, Descriptor blob) = await layers.PackAsync(layer, lease, cancellation).ConfigureAwait(false);
                Descriptor given = await publishing.PackAsync(blob, demands.Compression, demands.ForcesCompression, lease, cancellation).ConfigureAwait(false);
                at = packed.Count;
                packed.Add(new CachedLayer(given with { Annotations = null, Urls = null }, diffId, below, created[i]));
                made.Add((below, layer.Id), at);
            }

            below = at;
        }

        return below;
    }
}
