using Quai.BuildClient.Sessions;
using Quai.Cli.CommandLine;
using Quai.Cli.Registries;

namespace Quai.Cli.Builds;

/// <summary>What the user has logged in to, for builders.</summary>
/// <param name="session">The settings.</param>
internal sealed class RegistryLogins(Session session) : IRegistryLogins
{
    /// <inheritdoc/>
    public (string Name, string Secret)? Find(string host)
    {
        try
        {
            return new CredentialStore(session.ConfigFolder).Get(RegistryKey.OfServer(host)) switch
            {
                null => null,
                { IdentityToken.Length: > 0 } token => ("", token.IdentityToken),
                { RegistryToken.Length: > 0 } token => ("", token.RegistryToken),
                var login => (login.Username, login.Password),
            };
        }
        catch (ExitException error)
        {
            // Public images need none.
            session.Error.WriteLine("WARNING: " + error.Message);
            return null;
        }
    }
}
