using System.Text.Json;
using Quai.Api;
using Quai.Api.System;

namespace Quai.Client.Registries;

/// <summary>Credentials as a header: JSON in URL-safe base64.</summary>
internal static class RegistryAuth
{
    /// <summary>The header line without credentials: where the API requires one in any case.</summary>
    public const string Nobody = "X-Registry-Auth: e30=\r\n";

    /// <summary>The header line; null for no credentials.</summary>
    public static string? Header(AuthConfig? credentials) => credentials is null
        ? null
        : $"X-Registry-Auth: {Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(credentials, ApiJson.Default.AuthConfig)).Replace('+', '-').Replace('/', '_')}\r\n";
}
