namespace Quai.Content.Snapshots;

/// <summary>What a writable snapshot lies on.</summary>
/// <param name="ChainIds">The layers, from the lowest up; none for an empty root.</param>
/// <param name="Origin">What it is recorded to be made of, such as an image's id: a word of the caller's.</param>
public sealed record SnapshotParent(IReadOnlyList<string> ChainIds, string Origin);
