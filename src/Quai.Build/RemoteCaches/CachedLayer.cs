using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>A layer of a cache elsewhere.</summary>
/// <param name="Blob">Its blob.</param>
/// <param name="DiffId">The digest of its uncompressed archive.</param>
/// <param name="Below">The number of the layer that it lies on; -1 for none.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record CachedLayer(Descriptor Blob, string DiffId, int Below, DateTimeOffset CreatedAt);
