using Quai.Archives;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>A layer that was kept and unpacked in one pass.</summary>
/// <param name="Kind">How the kept blob is packed.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="Size">Bytes of regular files.</param>
/// <param name="Failure">Why it could not be unpacked; the blob is whole nevertheless.</param>
public readonly record struct IngestedLayer(CompressionKind Kind, Digest DiffId, long Size, QuaiException? Failure);
