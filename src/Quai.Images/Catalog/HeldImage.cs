namespace Quai.Images.Catalog;

/// <summary>An image with everything it needs, kept by a lease.</summary>
/// <param name="Image">The image, with the manifest that it had when the lease acquired it.</param>
/// <param name="Blobs">The digests of its blobs.</param>
internal sealed record HeldImage(StoredImage Image, IReadOnlyList<string> Blobs);
