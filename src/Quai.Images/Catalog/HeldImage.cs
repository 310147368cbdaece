namespace Quai.Images.Catalog;

/// <summary>An image with all that it needs, which a lease keeps.</summary>
/// <param name="Image">The image, with the manifest that it had when the lease took hold of it.</param>
/// <param name="Blobs">The digests of its blobs.</param>
internal sealed record HeldImage(StoredImage Image, IReadOnlyList<string> Blobs);
