using Quai.Build.Layers;

namespace Quai.Build.Contexts;

/// <summary>A context that is here.</summary>
/// <param name="Stack">Its files.</param>
/// <param name="Digest">A digest of them, but of times and owners.</param>
/// <param name="Received">Bytes that were sent for it now.</param>
internal sealed record StoredContext(LayerStack Stack, string Digest, long Received)
{
    /// <summary>The paths of files that are others than when it last came, have come to it, or are gone.</summary>
    public Func<IReadOnlyList<string>> Changes { get; init; } = () => [];
}
