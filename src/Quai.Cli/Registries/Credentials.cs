using System.Text;
using Quai.Templates;

namespace Quai.Cli.Registries;

/// <summary>What lets somebody in at a registry: name and password, or a token that stands for both.</summary>
/// <param name="Username">The name.</param>
/// <param name="Password">The password; empty when there is a token.</param>
/// <param name="IdentityToken">A refresh token that the registry gave for the password.</param>
/// <param name="RegistryToken">A token that is sent as it is.</param>
internal sealed record Credentials(string Username, string Password, string IdentityToken = "", string RegistryToken = "")
{
    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Username.Length == 0 && IdentityToken.Length == 0 && RegistryToken.Length == 0;

    /// <summary>As the API takes them.</summary>
    public string Json(string server)
    {
        var json = new StringBuilder("{");
        Add("username", Username);
        Add("password", Password);
        Add("identitytoken", IdentityToken);
        Add("registrytoken", RegistryToken);
        Add("serveraddress", server);
        return json.Append('}').ToString();

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                json.Append(json.Length > 1 ? ",\"" : "\"").Append(name).Append("\":");
                GoJson.AppendString(json, value, escapeHtml: false);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => "credentials";
}
