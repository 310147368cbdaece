using Quai.Oci.Images;
using Quai.Trust;

namespace Quai.Images;

/// <summary>An image's signatures.</summary>
/// <param name="Digest">What the reference stands for.</param>
/// <param name="Signatures">As stored in the registry.</param>
public sealed record SignatureList(Digest Digest, IReadOnlyList<ImageSignature> Signatures);
