namespace Quai.Registry;

/// <summary>Credentials for a registry, as the <c>X-Registry-Auth</c> header carries them.</summary>
public sealed record RegistryAuth(string? Username, string? Password, string? IdentityToken, string? RegistryToken, string? ServerAddress);
