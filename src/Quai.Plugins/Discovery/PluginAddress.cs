using System.Diagnostics.CodeAnalysis;

namespace Quai.Plugins.Discovery;

/// <summary>Where a plugin listens: a socket file, or a host and port.</summary>
/// <param name="SocketFile">The socket file; null for an address of the network.</param>
/// <param name="Host">Host and port, as in a URL; only without a socket file.</param>
internal sealed record PluginAddress(string? SocketFile, string Host)
{
    // What Docker's engine sends: a socket has no name.
    private const string SocketHost = "plugin.moby.localhost";

    /// <summary>A socket file's address.</summary>
    public static PluginAddress OfSocket(string path) => new(path, SocketHost);

    /// <summary>Reads <c>unix:///path</c>, <c>tcp://host:port</c> or <c>http://host:port</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PluginAddress? address)
    {
        address = null;
        if (text.StartsWith("unix:///", StringComparison.Ordinal) && !text.Any(char.IsControl))
        {
            address = OfSocket(text["unix://".Length..]);
        }
        else if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "tcp" or "http" && url is { Host.Length: > 0, PathAndQuery: "/" or "", UserInfo: "" })
        {
            address = new(null, url.Scheme == "tcp" && url.Port <= 0 ? url.Host : $"{url.Host}:{url.Port}");
        }

        return address is not null;
    }
}
