using Quai.Oci.Images;

namespace Quai.Registry;

/// <summary>What refers to a manifest.</summary>
/// <param name="Subject">The manifest's digest.</param>
/// <param name="Manifests">The manifests that have it as their subject, with type and annotations.</param>
public sealed record ReferrerList(Digest Subject, IReadOnlyList<Descriptor> Manifests);
