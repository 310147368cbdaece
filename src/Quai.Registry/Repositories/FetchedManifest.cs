using Quai.Oci.Images;

namespace Quai.Registry.Repositories;

/// <summary>A manifest or index as stored in the registry.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Digest">The verified digest of its bytes.</param>
public sealed record FetchedManifest(byte[] Bytes, string MediaType, Digest Digest);
