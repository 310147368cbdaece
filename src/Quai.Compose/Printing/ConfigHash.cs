using System.Security.Cryptography;
using System.Text;
using Quai.Compose.Model;

namespace Quai.Compose.Printing;

/// <summary>
/// The hashes by which <c>up</c> tells whether something has changed since it was made: the SHA-256 of what Go's <c>encoding/json</c> writes.
/// </summary>
public static class ConfigHash
{
    /// <summary>A service's hash. How it is built and pulled, how many containers it has and what it waits for does not change them.</summary>
    public static string Of(ComposeService service) => Hash(JsonText.Compact((service with
    {
        Build = null,
        PullPolicy = "",
        Scale = null,
        Deploy = service.Deploy is { } deploy ? deploy with { Replicas = null } : null,
        DependsOn = new Dictionary<string, Model.Services.ServiceDependency?>(),
        Profiles = [],
    }).Write(json: true)));

    /// <summary>A network's hash.</summary>
    public static string Of(ComposeNetwork network) => Hash(JsonText.Compact(network.Write(json: true)));

    /// <summary>A volume's hash; one without a driver is of the driver <c>local</c>.</summary>
    public static string Of(ComposeVolume volume) => Hash(JsonText.Compact((volume.Driver.Length == 0 ? volume with { Driver = "local" } : volume).Write(json: true)));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
