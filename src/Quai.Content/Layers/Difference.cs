namespace Quai.Content.Layers;

/// <summary>What was written to a snapshot, to be made a layer.</summary>
public sealed record Difference
{
    /// <summary>The snapshot's key.</summary>
    public required string Key { get; init; }

    /// <summary>The diff-ids of the layers that the snapshot lies on, from the lowest up.</summary>
    public required IReadOnlyList<string> Below { get; init; }

    /// <summary>Paths, without a slash at the beginning, that are left out.</summary>
    public IReadOnlySet<string> LeftOut { get; init; } = new HashSet<string>();

    /// <summary>Called as soon as the files have been read: they may change again.</summary>
    public Func<Task>? FilesRead { get; init; }
}
