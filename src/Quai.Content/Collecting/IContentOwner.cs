namespace Quai.Content.Collecting;

/// <summary>
/// A part that owns blobs and layers for longer than an operation, in its own tables. The next collection removes whatever has no owner, no lease
/// and no snapshot stacked on it.
/// </summary>
public interface IContentOwner
{
    /// <summary>A query, with one column, for the digests of the blobs that it owns, none of them null; null if it owns no blobs. Run by every collection.</summary>
    string? BlobQuery { get; }

    /// <summary>A query, with one column, for the chain ids of the layers that it owns, none of them null; null if it owns no layers. Run by every collection.</summary>
    string? LayerQuery { get; }
}
