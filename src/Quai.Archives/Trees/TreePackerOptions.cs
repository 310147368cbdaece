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
}
