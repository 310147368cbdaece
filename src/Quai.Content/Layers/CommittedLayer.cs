using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>A layer that was made here: as a gzip blob, and unpacked on top of those below it.</summary>
/// <param name="Blob">The blob's media type, digest and size.</param>
/// <param name="DiffIds">The diff-ids of the stack, from the bottom up; this layer's is the last.</param>
/// <param name="ChainIds">Their chain ids.</param>
public sealed record CommittedLayer(Descriptor Blob, IReadOnlyList<string> DiffIds, IReadOnlyList<string> ChainIds);
