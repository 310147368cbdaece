namespace Quai.Client.Registries;

/// <summary>A manifest or manifest list as a registry has it.</summary>
/// <param name="MediaType">What it is.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Bytes">Its bytes, exactly.</param>
public sealed record RegistryManifest(string MediaType, string Digest, ReadOnlyMemory<byte> Bytes);
