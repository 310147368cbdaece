namespace Quai.Images;

/// <summary>What pruning one image removed.</summary>
/// <param name="Done">In Docker's order.</param>
/// <param name="Bytes">Disk space freed.</param>
public sealed record PrunedImages(IReadOnlyList<ImageDeleted> Done, long Bytes);
