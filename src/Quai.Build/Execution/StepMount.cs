using Quai.Content.Snapshots;

namespace Quai.Build.Execution;

/// <summary>A mount of a step.</summary>
/// <param name="Destination">Where it is in the root: clean and absolute.</param>
public sealed record StepMount(string Destination)
{
    /// <summary>The folder or file of the host that is shown; null for files of its own in memory, or for <see cref="Layers"/>.</summary>
    public string? Source { get; init; }

    /// <summary>The folders of layers that are shown, topmost first; null for none.</summary>
    public IReadOnlyList<string>? Layers { get; init; }

    /// <summary>A layer that is written to, with what is below; null for none.</summary>
    public Snapshot? Written { get; init; }

    /// <summary>What beneath the source is shown; null for all.</summary>
    public string? Subpath { get; init; }

    /// <summary>Whether what is shown of the layers is not a directory.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether it can only be read.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The most bytes that files in memory take; 0 for no limit of its own.</summary>
    public long Size { get; init; }
}
