using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>The image of one platform among several that a build has made; all of it is in the store.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The configuration.</param>
/// <param name="Blobs">Everything that it needs, manifest and configuration too.</param>
/// <param name="ChainIds">Its unpacked layers, from the bottom up.</param>
public sealed record BuiltManifest(Digest Manifest, Digest Config, IReadOnlyList<Digest> Blobs, IReadOnlyList<string> ChainIds);
