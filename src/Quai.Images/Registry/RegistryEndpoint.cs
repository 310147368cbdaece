using System.Net;
using Quai.Oci.Images;

namespace Quai.Images.Registry;

/// <summary>One address that may serve an image's registry.</summary>
/// <param name="Address"><c>https://host[:port]</c> or <c>http://…</c>.</param>
/// <param name="Insecure">Whether its certificate is taken unseen.</param>
internal sealed record RegistryEndpoint(Uri Address, bool Insecure)
{
    private const string HubAddress = "https://registry-1.docker.io";

    /// <summary>The addresses to try for an image, in order: mirrors before Docker Hub, HTTPS before the plain HTTP of insecure registries.</summary>
    public static IReadOnlyList<RegistryEndpoint> For(ImageReference image, ImageStoreOptions options)
    {
        if (image.Domain == "docker.io")
        {
            return
            [
                .. options.RegistryMirrors.Select(m => new Uri(m)).Select(u => new RegistryEndpoint(u, IsInsecure(u.Authority, options.InsecureRegistries))),
                new RegistryEndpoint(new Uri(HubAddress), false),
            ];
        }

        return IsInsecure(image.Domain, options.InsecureRegistries)
            ? [new(new Uri("https://" + image.Domain), true), new(new Uri("http://" + image.Domain), true)]
            : [new(new Uri("https://" + image.Domain), false)];
    }

    /// <summary>Loopback always; else what the options name, by host and port, by host, or by network.</summary>
    public static bool IsInsecure(string authority, IReadOnlyList<string> insecure)
    {
        string host = authority.StartsWith('[') ? authority[1..Math.Max(1, authority.IndexOf(']', StringComparison.Ordinal))]
            : authority.Split(':')[0];
        bool isAddress = IPAddress.TryParse(host, out IPAddress? address);
        if (host == "localhost" || (isAddress && IPAddress.IsLoopback(address!)))
        {
            return true;
        }

        foreach (string entry in insecure)
        {
            if (entry == authority || entry == host || (isAddress && IPNetwork.TryParse(entry, out IPNetwork network) && network.Contains(address!)))
            {
                return true;
            }
        }

        return false;
    }
}
