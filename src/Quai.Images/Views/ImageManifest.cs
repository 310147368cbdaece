using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>One manifest of an image, as in the API's <c>ImageManifestSummary</c>.</summary>
/// <param name="Descriptor">Its media type, digest and size.</param>
/// <param name="Kind"><c>image</c>, <c>attestation</c> or <c>unknown</c>.</param>
/// <param name="Platform">For an image: its platform.</param>
/// <param name="AttestedDigest">For an attestation: the manifest that it is about.</param>
/// <param name="ImageId">The local image for it; null if it is not here.</param>
/// <param name="ContentSize">Bytes of its blobs that are here.</param>
/// <param name="UnpackedSize">Bytes of its unpacked layers that are here.</param>
public sealed record ImageManifest(
    Descriptor Descriptor, string Kind, PlatformDescription? Platform, string? AttestedDigest, string? ImageId, long ContentSize, long UnpackedSize);
