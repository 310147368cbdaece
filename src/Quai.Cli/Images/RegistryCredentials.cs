using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Registries;

namespace Quai.Cli.Images;

/// <summary>Credentials for the registry of an image, in the daemon's form.</summary>
internal static class RegistryCredentials
{
    /// <summary>Those for a repository's registry; null if there are none.</summary>
    public static AuthConfig? Find(Session session, string repository)
    {
        string key = RegistryKey.OfImage(repository);
        Credentials? credentials;
        try
        {
            credentials = new CredentialStore(session.ConfigFolder).Get(key);
        }
        catch (ExitException error)
        {
            // Public images need none.
            session.Error.WriteLine("WARNING: " + error.Message);
            return null;
        }

        return credentials?.ForApi(key);
    }
}
