namespace Quai.Registry;

/// <summary>Credentials for a registry, as in the <c>X-Registry-Auth</c> header.</summary>
public sealed record RegistryAuth(string? Username, string? Password, string? IdentityToken, string? RegistryToken, string? ServerAddress);
