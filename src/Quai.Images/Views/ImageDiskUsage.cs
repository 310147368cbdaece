namespace Quai.Images;

/// <summary>Disk usage of images, in bytes as counted by <c>du</c>: unpacked layers and the blobs that they came as.</summary>
/// <param name="Total">Everything once, including what only containers still need.</param>
/// <param name="Images">For each image by id: everything it needs, and how much of that other images need too.</param>
/// <param name="Needed">For given image ids: how much these need together, everything counted once; always includes what only containers need.</param>
public sealed record ImageDiskUsage(long Total, IReadOnlyDictionary<string, (long Size, long Shared)> Images, Func<IReadOnlyCollection<string>, long> Needed);
