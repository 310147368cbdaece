using Quai.Api.System;

namespace Quai.Cli.Registries;

/// <summary>Credentials for a registry: name and password, or a token that stands for both.</summary>
/// <param name="Username">The name.</param>
/// <param name="Password">The password; empty if there is a token.</param>
/// <param name="IdentityToken">A refresh token that the registry gave for the password.</param>
/// <param name="RegistryToken">A token that is sent as it is.</param>
internal sealed record Credentials(string Username, string Password, string IdentityToken = "", string RegistryToken = "")
{
    /// <summary>Whether they are empty.</summary>
    public bool IsEmpty => Username.Length == 0 && IdentityToken.Length == 0 && RegistryToken.Length == 0;

    /// <summary>In the API's form.</summary>
    public AuthConfig ForApi(string server)
    {
        static string? known(string text) => text.Length > 0 ? text : null;
        return new AuthConfig
        {
            Username = known(Username), Password = known(Password), IdentityToken = known(IdentityToken), RegistryToken = known(RegistryToken), ServerAddress = known(server),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => "credentials";
}
