namespace Quai.Content.Snapshots;

/// <summary>What a writable snapshot is stacked on.</summary>
/// <param name="ChainIds">The layers, from the bottom up; none for an empty root.</param>
/// <param name="Origin">What it is recorded as made from, such as an image's id; chosen by the caller.</param>
public sealed record SnapshotParent(IReadOnlyList<string> ChainIds, string Origin);
