namespace Quai.Build.RemoteCaches;

/// <summary>All that a cache elsewhere knows.</summary>
/// <param name="Layers">The layers; each lies on an earlier one.</param>
/// <param name="Steps">The results.</param>
/// <param name="Contents">What chosen files of results are, by the result's identity and the choice: so what is copied from a stage is known without the stage.</param>
internal sealed record CacheGraph(IReadOnlyList<CachedLayer> Layers, IReadOnlyList<CachedStep> Steps, IReadOnlyDictionary<string, string> Contents)
{
    /// <summary>The layers of a tree, from the bottom up.</summary>
    /// <param name="top">The number of the topmost; -1 for an empty tree.</param>
    public IReadOnlyList<CachedLayer> StackOf(int top)
    {
        List<CachedLayer> stack = [];
        for (int at = top; at >= 0; at = Layers[at].Below)
        {
            stack.Add(Layers[at]);
        }

        stack.Reverse();
        return stack;
    }
}
