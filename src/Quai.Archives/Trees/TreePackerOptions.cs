using Quai.Linux.Trees;

namespace Quai.Archives;

/// <summary>How a tree is packed.</summary>
public sealed record TreePackerOptions
{
    /// <summary>The defaults.</summary>
    public static TreePackerOptions Plain { get; } = new();

    /// <summary>Whether the tree is an upper directory of overlayfs: what it marks as deleted or opaque becomes OCI's <c>.wh.</c> entries.</summary>
    public bool OverlayMarks { get; init; }

    /// <summary>Decides by an entry's path in the archive whether it is left out with everything beneath it; null leaves out nothing.</summary>
    public Func<ReadOnlyMemory<byte>, NodeStatus, bool>? Skip { get; init; }

    /// <summary>Gives entries another time of change, in seconds since 1970; null leaves the times as they are.</summary>
    public Func<long, long>? Date { get; init; }
}
