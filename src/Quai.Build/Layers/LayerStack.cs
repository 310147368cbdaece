namespace Quai.Build.Layers;

/// <summary>A tree of files: layers, one upon the other.</summary>
/// <param name="Layers">From the bottom up; none for an empty tree.</param>
public sealed record LayerStack(IReadOnlyList<BuildLayer> Layers)
{
    /// <summary>An empty tree.</summary>
    public static LayerStack Empty { get; } = new([]);

    /// <summary>The folders, topmost first, as overlayfs takes them.</summary>
    public IReadOnlyList<string> Directories => [.. Layers.Reverse().Select(l => l.Directory)];

    /// <summary>The same with one more layer on top.</summary>
    public LayerStack With(BuildLayer layer) => new([.. Layers, layer]);
}
