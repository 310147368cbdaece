using Quai.Oci.Images;

namespace Quai.Registry.Repositories;

/// <summary>A manifest or index as the registry has it.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Digest">The digest that its bytes were found to have.</param>
public sealed record FetchedManifest(byte[] Bytes, string MediaType, Digest Digest);
