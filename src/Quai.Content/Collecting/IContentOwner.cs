namespace Quai.Content.Collecting;

/// <summary>
/// Whoever owns blobs and layers for longer than an operation, in tables of its own. What no owner has, no lease holds and no snapshot lies on is removed
/// by the next collection.
/// </summary>
public interface IContentOwner
{
    /// <summary>A query, with one column, of the digests of the blobs that it owns, none of them null; null when it owns no blobs. Asked for by every collection.</summary>
    string? BlobQuery { get; }

    /// <summary>A query, with one column, of the chain ids of the layers that it owns, none of them null; null when it owns no layers. Asked for by every collection.</summary>
    string? LayerQuery { get; }
}
