namespace Quai.Images;

/// <summary>What pruning one image removed.</summary>
/// <param name="Done">In Docker's order.</param>
/// <param name="Bytes">Of the disk that are given back.</param>
public sealed record PrunedImages(IReadOnlyList<ImageDeleted> Done, long Bytes);
