using Quai.Oci.Images;

namespace Quai.Build.Frontends;

/// <summary>What is known of an image.</summary>
/// <param name="Reference">Its whole name.</param>
/// <param name="Digest">The digest of its manifest or index; null for one that exists here alone.</param>
/// <param name="Config">Its configuration, as it is stored.</param>
public sealed record ResolvedImage(string Reference, Digest? Digest, byte[] Config);
