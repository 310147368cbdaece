using System.Net;

namespace Quai.Registry.Transport;

/// <summary>One address that may serve an image's registry.</summary>
/// <param name="Address"><c>https://host[:port]</c> or <c>http://…</c>.</param>
/// <param name="Insecure">Whether its certificate is accepted without verification.</param>
/// <param name="Mirror">Whether it is a mirror: it gets no credentials, and what it lacks is requested from the next.</param>
internal sealed record RegistryEndpoint(Uri Address, bool Insecure, bool Mirror = false)
{
    private const string HubAddress = "https://registry-1.docker.io";

    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The addresses to try for a registry, in order: mirrors (for reading only) before Docker Hub, HTTPS before the plain HTTP of insecure registries.</summary>
    public static async Task<IReadOnlyList<RegistryEndpoint>> ForAsync(string domain, RegistryOptions options, bool mirrors, CancellationToken cancellation)
    {
        if (domain != "docker.io")
        {
            return await IsInsecureAsync(domain).ConfigureAwait(false)
                ? [new(new Uri("https://" + domain), true), new(new Uri("http://" + domain), true)]
                : [new(new Uri("https://" + domain), false)];
        }

        List<RegistryEndpoint> endpoints = [];
        foreach (Uri mirror in options.RegistryMirrors.Where(_ => mirrors).Select(m => new Uri(m)))
        {
            endpoints.Add(new RegistryEndpoint(mirror, await IsInsecureAsync(mirror.Authority).ConfigureAwait(false), Mirror: true));
        }

        return [.. endpoints, new RegistryEndpoint(new Uri(HubAddress), false)];

        async Task<bool> IsInsecureAsync(string authority) =>
            IsInsecure(authority, options.InsecureRegistries, [])
            || IsInsecure(authority, options.InsecureRegistries, await AddressesAsync(HostOf(authority), cancellation).ConfigureAwait(false));
    }

    /// <summary>Loopback always; otherwise what the options name, by host and port, by host, or by a network that contains one of its addresses.</summary>
    public static bool IsInsecure(string authority, IReadOnlyList<string> insecure, IReadOnlyList<IPAddress> addresses)
    {
        string host = HostOf(authority);
        addresses = IPAddress.TryParse(host, out IPAddress? own) ? [own] : addresses;
        return host == "localhost" || addresses.Any(IPAddress.IsLoopback)
            || insecure.Any(e => e == authority || e == host || (IPNetwork.TryParse(e, out IPNetwork network) && addresses.Any(network.Contains)));
    }

    private static string HostOf(string authority) =>
        authority.StartsWith('[') ? authority[1..Math.Max(1, authority.IndexOf(']', StringComparison.Ordinal))] : authority.Split(':')[0];

    /// <summary>The addresses of a name; none if it cannot be resolved in time, as behind a proxy.</summary>
    private static async Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancellation)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation).WaitAsync(LookupTimeout, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or TimeoutException or ArgumentException)
        {
            return [];
        }
    }
}
