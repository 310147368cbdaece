using Quai.Archives;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>A layer that was stored and unpacked in one pass.</summary>
/// <param name="Kind">How the stored blob is compressed.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="Size">Bytes of regular files.</param>
/// <param name="Failure">Why it could not be unpacked; the blob is complete nevertheless.</param>
public readonly record struct IngestedLayer(CompressionKind Kind, Digest DiffId, long Size, QuaiException? Failure);
