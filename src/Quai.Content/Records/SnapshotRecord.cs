namespace Quai.Content.Records;

/// <summary>A snapshot of any kind, as it is recorded.</summary>
/// <param name="Number">Its number: its folder's name.</param>
/// <param name="Key">Who writes to it; null for a layer.</param>
/// <param name="Lower">The directories it lies on, topmost first, relative to the folder of all snapshots.</param>
public readonly record struct SnapshotRecord(long Number, string? Key, IReadOnlyList<string> Lower);
