using Quai.Build.Attestations.Provenance;
using Quai.Build.Layers;

namespace Quai.Build.Sources;

/// <summary>A source that has been looked up.</summary>
/// <param name="Identity">What it is now: the same identity is the same content.</param>
/// <param name="LoadAsync">Gives its files.</param>
internal sealed record SourceState(string Identity, Func<CancellationToken, Task<LayerStack>> LoadAsync)
{
    /// <summary>Whether its files were here already.</summary>
    public bool IsCached { get; init; }

    /// <summary>Which of its files are others than when it last came; null where nobody knows.</summary>
    public Func<IReadOnlyList<string>>? Changes { get; init; }

    /// <summary>What it is to those who ask what a result was made of; null where that is nothing to tell.</summary>
    public MaterialSource? Material { get; init; }
}
