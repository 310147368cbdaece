using System.Text;
using System.Text.Json;
using Quai.Cli.Formatting;
using Quai.Templates;

namespace Quai.Cli.Images;

/// <summary>Credentials that the client's <c>config.json</c> keeps for a registry, as the daemon wants to be told of them.</summary>
internal static class RegistryCredentials
{
    private const string Hub = "https://index.docker.io/v1/";

    /// <summary>The header line for a repository's registry; null when nothing is known.</summary>
    public static string? Header(Session session, string repository)
    {
        string file = System.IO.Path.Combine(session.ConfigFolder, "config.json");
        if (!File.Exists(file))
        {
            return null;
        }

        string canonical = ImageReference.Canonical(repository);
        string host = canonical[..canonical.IndexOf('/', StringComparison.Ordinal)];
        string key = host == "docker.io" ? Hub : host;
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(file));
        JsonElement entry = config.RootElement.Member("auths").Member(key);
        string encoded = entry.Text("auth");
        if (encoded.Length == 0)
        {
            return null;
        }

        string pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).TrimEnd('\0');
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return null;
        }

        var json = new StringBuilder("{\"username\":");
        GoJson.AppendString(json, pair[..colon], escapeHtml: false);
        json.Append(",\"password\":");
        GoJson.AppendString(json, pair[(colon + 1)..], escapeHtml: false);
        json.Append(",\"serveraddress\":");
        GoJson.AppendString(json, key, escapeHtml: false);
        json.Append('}');
        string value = Convert.ToBase64String(Encoding.UTF8.GetBytes(json.ToString())).Replace('+', '-').Replace('/', '_');
        return $"X-Registry-Auth: {value}\r\n";
    }
}
