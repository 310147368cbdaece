using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Errors;

namespace Quai.Daemon.Hosting;

/// <summary>One address to listen at, as given to <c>-H</c>. Exactly one of the two is set.</summary>
/// <param name="SocketPath">The path of a unix socket.</param>
/// <param name="Tcp">A TCP address.</param>
internal sealed record HostAddress(string? SocketPath, IPEndPoint? Tcp)
{
    private const int LongestSocketPath = 106;

    /// <summary>Whether BuildKit's API alone is served there.</summary>
    public bool IsForBuilds { get; init; }

    /// <summary>Reads <c>unix:///path</c>, <c>tcp://host:port</c>, <c>host:port</c>.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="tls">Decides the default port: 2376 or 2375.</param>
    /// <exception cref="QuaiException">It is neither.</exception>
    public static HostAddress Parse(string text, bool tls)
    {
        string host = text.Trim();
        int scheme = host.IndexOf("://", StringComparison.Ordinal);
        string protocol = scheme < 0 ? "tcp" : host[..scheme];
        string rest = scheme < 0 ? host : host[(scheme + 3)..];
        switch (protocol)
        {
            case "unix":
                return new(UnixPath(text, rest.Length == 0 ? "/var/run/quai.sock" : rest), null);
            case "tcp":
                return new(null, TcpEndPoint(text, rest, tls ? 2376 : 2375));
            case "fd":
                throw QuaiException.Invalid($"cannot listen at {text}: sockets handed over by systemd are not taken; use unix:// or tcp://");
            default:
                throw QuaiException.Invalid($"invalid bind address format: {text}");
        }
    }

    /// <summary>Whether only this machine's own programs can connect.</summary>
    public bool IsLocal => Tcp is null || IPAddress.IsLoopback(Tcp.Address);

    /// <inheritdoc/>
    public override string ToString() => SocketPath ?? Tcp!.ToString();

    private static string UnixPath(string text, string path)
    {
        if (!Path.IsPathRooted(path))
        {
            throw QuaiException.Invalid($"invalid bind address {text}: the path of a unix socket must be absolute");
        }

        return path.Length <= LongestSocketPath
            ? path
            : throw QuaiException.Invalid($"invalid bind address {text}: the path of a unix socket has at most {LongestSocketPath} characters");
    }

    private static IPEndPoint TcpEndPoint(string text, string rest, int defaultPort)
    {
        rest = rest.TrimEnd('/');
        int colon = rest.LastIndexOf(':');
        bool hasPort = colon >= 0 && !rest.EndsWith(']');
        string host = hasPort ? rest[..colon] : rest;
        int port = defaultPort;
        if (hasPort && (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > ushort.MaxValue))
        {
            throw QuaiException.Invalid($"invalid bind address ({text}): invalid port {rest[(colon + 1)..]}");
        }

        if (host.Length == 0)
        {
            return new(IPAddress.Loopback, port);
        }

        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
        {
            return new(address, port);
        }

        try
        {
            return new(Dns.GetHostAddresses(host, AddressFamily.InterNetwork)[0], port);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw QuaiException.Invalid($"invalid bind address ({text}): no such host {host}", e);
        }
    }
}
