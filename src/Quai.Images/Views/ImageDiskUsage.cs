namespace Quai.Images;

/// <summary>What images take of the disk, in bytes as <c>du</c> counts them: unpacked layers and the blobs that they came as.</summary>
/// <param name="Total">Everything once, also what only containers still need.</param>
/// <param name="Images">Of each image by id: all that it needs, and how much of that other images need too.</param>
/// <param name="Needed">Given ids of images: how much these need together, everything once; what only containers need is counted always.</param>
public sealed record ImageDiskUsage(long Total, IReadOnlyDictionary<string, (long Size, long Shared)> Images, Func<IReadOnlyCollection<string>, long> Needed);
