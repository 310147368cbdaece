namespace Quai.Client.Registries;

/// <summary>A manifest or manifest list in a registry.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Bytes">Its bytes, exactly.</param>
public sealed record RegistryManifest(string MediaType, string Digest, ReadOnlyMemory<byte> Bytes);
