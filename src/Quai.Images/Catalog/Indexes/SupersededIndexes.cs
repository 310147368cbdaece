namespace Quai.Images.Catalog.Indexes;

/// <summary>What an image had of earlier attestations and has no longer.</summary>
/// <param name="Names">Its names by their indexes' digests.</param>
/// <param name="Blobs">Their blobs.</param>
internal sealed record SupersededIndexes(IReadOnlyList<string> Names, IReadOnlyList<string> Blobs)
{
    /// <summary>Nothing.</summary>
    public static SupersededIndexes None { get; } = new([], []);
}
