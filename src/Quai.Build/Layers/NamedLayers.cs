using Quai.Oci.Images;

namespace Quai.Build.Layers;

/// <summary>The layers of a tree as an image has them.</summary>
/// <param name="Blobs">Their blobs, from the bottom up.</param>
/// <param name="DiffIds">The digests of their uncompressed archives.</param>
/// <param name="ChainIds">The names of the unpacked layers.</param>
public sealed record NamedLayers(IReadOnlyList<Descriptor> Blobs, IReadOnlyList<string> DiffIds, IReadOnlyList<string> ChainIds);
