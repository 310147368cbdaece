namespace Quai.Cli.Registries;

/// <summary>The name that a registry's credentials are stored under.</summary>
internal static class RegistryKey
{
    /// <summary>Docker Hub's, for historical reasons.</summary>
    public const string Hub = "https://index.docker.io/v1/";

    /// <summary>The name for the argument of <c>login</c>.</summary>
    public static string OfServer(string server)
    {
        string host = HostOf(server);
        return host is "" or "docker.io" or "index.docker.io" or "registry-1.docker.io" ? Hub : host;
    }

    /// <summary>The name for the registry of an image.</summary>
    public static string OfImage(string repository)
    {
        string canonical = Images.ImageReference.Canonical(repository);
        return OfServer(canonical[..canonical.IndexOf('/', StringComparison.Ordinal)]);
    }

    /// <summary>The host in an address with or without scheme and path.</summary>
    public static string HostOf(string address)
    {
        foreach (string scheme in (ReadOnlySpan<string>)["http://", "https://"])
        {
            if (address.StartsWith(scheme, StringComparison.Ordinal))
            {
                address = address[scheme.Length..];
            }
        }

        int slash = address.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? address : address[..slash];
    }
}
