using Quai.Linux.Trees;

namespace Quai.Archives;

/// <summary>How a tree is packed.</summary>
public sealed record TreePackerOptions
{
    /// <summary>Plainly.</summary>
    public static TreePackerOptions Plain { get; } = new();

    /// <summary>Whether the tree is an upper directory of overlayfs: what it marks as deleted or opaque becomes OCI's <c>.wh.</c> entries.</summary>
    public bool OverlayMarks { get; init; }

    /// <summary>Says of an entry, by its path in the archive, whether it is left out with all beneath it; null leaves out nothing.</summary>
    public Func<ReadOnlyMemory<byte>, NodeStatus, bool>? Skip { get; init; }
}
