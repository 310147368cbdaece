using System.Text.Json.Serialization;

namespace Quai.Api.System;

/// <summary>Credentials for a registry (swagger: AuthConfig): the body of <c>POST /auth</c>, and the header <c>X-Registry-Auth</c>.</summary>
public sealed record AuthConfig
{
    /// <summary>The user's name.</summary>
    [JsonPropertyName("username")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Username { get; init; }

    /// <summary>The password; null if there is a token.</summary>
    [JsonPropertyName("password")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Password { get; init; }

    /// <summary>A refresh token that the registry gave for the password.</summary>
    [JsonPropertyName("identitytoken")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IdentityToken { get; init; }

    /// <summary>A token that is sent as it is.</summary>
    [JsonPropertyName("registrytoken")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RegistryToken { get; init; }

    /// <summary>The registry.</summary>
    [JsonPropertyName("serveraddress")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServerAddress { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "credentials";
}
