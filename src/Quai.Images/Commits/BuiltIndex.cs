using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>Images of several platforms with an index, to be recorded under the same names.</summary>
/// <param name="Index">The index, which is in the store.</param>
/// <param name="Manifests">One for each platform.</param>
/// <param name="Names">Names for all of it, as users write them.</param>
public sealed record BuiltIndex(Digest Index, IReadOnlyList<BuiltManifest> Manifests, IReadOnlyList<string> Names);
