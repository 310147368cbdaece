namespace Quai.Content.Layers;

/// <summary>What was written to a snapshot, to be turned into a layer.</summary>
public sealed record Difference
{
    /// <summary>The snapshot's key.</summary>
    public required string Key { get; init; }

    /// <summary>The diff-ids of the layers under the snapshot, from the bottom up.</summary>
    public required IReadOnlyList<string> Below { get; init; }

    /// <summary>Paths to leave out, without a leading slash.</summary>
    public IReadOnlySet<string> LeftOut { get; init; } = new HashSet<string>();

    /// <summary>Called as soon as the files have been read and may change again.</summary>
    public Func<Task>? FilesRead { get; init; }
}
