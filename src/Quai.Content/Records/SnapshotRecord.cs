namespace Quai.Content.Records;

/// <summary>The record of a snapshot of any kind.</summary>
/// <param name="Number">Its number, which is its folder's name.</param>
/// <param name="Key">Who writes to it; null for a layer.</param>
/// <param name="Lower">The directories it is stacked on, topmost first, relative to the folder of all snapshots.</param>
public readonly record struct SnapshotRecord(long Number, string? Key, IReadOnlyList<string> Lower);
