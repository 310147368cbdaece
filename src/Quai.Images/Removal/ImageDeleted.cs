namespace Quai.Images;

/// <summary>One effect of removing an image: exactly one of the two is set.</summary>
/// <param name="Untagged">The name that was removed.</param>
/// <param name="Deleted">The image or layer that was removed.</param>
public sealed record ImageDeleted(string? Untagged, string? Deleted);
