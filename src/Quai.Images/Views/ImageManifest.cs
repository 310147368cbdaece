using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>One manifest of an image, as the API's <c>ImageManifestSummary</c> tells it.</summary>
/// <param name="Descriptor">Its media type, digest and size.</param>
/// <param name="Kind"><c>image</c>, <c>attestation</c> or <c>unknown</c>.</param>
/// <param name="Platform">Of an image: what it runs on.</param>
/// <param name="AttestedDigest">Of an attestation: the manifest that it is about.</param>
/// <param name="ImageId">The image that is here for it; null when it is not here.</param>
/// <param name="ContentSize">Bytes of its blobs that are here.</param>
/// <param name="UnpackedSize">Bytes of its unpacked layers that are here.</param>
public sealed record ImageManifest(
    Descriptor Descriptor, string Kind, PlatformDescription? Platform, string? AttestedDigest, string? ImageId, long ContentSize, long UnpackedSize);
