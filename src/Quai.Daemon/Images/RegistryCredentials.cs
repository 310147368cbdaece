using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Quai.Daemon.Http;
using Quai.Registry;

namespace Quai.Daemon.Images;

/// <summary>The credentials that a client sends in <c>X-Registry-Auth</c>. They are used and neither stored nor logged.</summary>
internal static class RegistryCredentials
{
    /// <summary>A request's credentials. Unreadable ones count as none, as in Docker: the registry will report what is missing.</summary>
    public static RegistryAuth? Of(ApiCall call)
    {
        string header = call.Http.Request.Headers["X-Registry-Auth"].ToString().TrimEnd('=').Replace('+', '-').Replace('/', '_');
        if (header.Length == 0 || !Base64Url.IsValid(header))
        {
            return null;
        }

        try
        {
            RegistryAuth? auth = JsonSerializer.Deserialize(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(header)), Json.Edited.RegistryAuth);
            return auth is { Username: null or "", IdentityToken: null or "", RegistryToken: null or "" } ? null : auth;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
