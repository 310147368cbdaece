using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Registries;

namespace Quai.Cli.Images;

/// <summary>Credentials for the registry of an image, as the daemon wants to be told of them.</summary>
internal static class RegistryCredentials
{
    /// <summary>The header line for a repository's registry; null when nothing is known.</summary>
    public static string? Header(Session session, string repository)
    {
        string key = RegistryKey.OfImage(repository);
        Credentials? credentials;
        try
        {
            credentials = new CredentialStore(session.ConfigFolder).Get(key);
        }
        catch (ExitException error)
        {
            // What is public needs none.
            session.Error.WriteLine("WARNING: " + error.Message);
            return null;
        }

        if (credentials is null)
        {
            return null;
        }

        string value = Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials.Json(key))).Replace('+', '-').Replace('/', '_');
        return $"X-Registry-Auth: {value}\r\n";
    }
}
