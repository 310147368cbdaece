using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>An image whose layers are here, to be recorded.</summary>
/// <param name="Config">Its configuration, complete with the digests of its layers.</param>
/// <param name="Layers">Its layers' blobs, from the bottom up.</param>
/// <param name="ChainIds">The unpacked layers.</param>
/// <param name="Names">Names for it, as users write them.</param>
public sealed record BuiltImage(ImageConfig Config, IReadOnlyList<Descriptor> Layers, IReadOnlyList<string> ChainIds, IReadOnlyList<string> Names)
{
    /// <summary>Annotations of its manifest; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
