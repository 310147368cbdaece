using System.Net;
using System.Net.Sockets;

namespace Quai.Client.Transport;

/// <summary>Where the daemon listens: a unix socket's path, or a host and port.</summary>
/// <param name="Text">The address as given, for messages.</param>
/// <param name="SocketPath">The unix socket; null for TCP.</param>
/// <param name="Host">The host for TCP.</param>
/// <param name="Port">The port for TCP.</param>
public sealed record Endpoint(string Text, string? SocketPath, string Host = "", int Port = 0)
{
    private const string QuaiSocket = "/var/run/quai.sock";
    private const string DockerSocket = "/var/run/docker.sock";

    /// <summary>The default daemon: the user's own where there is one, the machine's, or Docker's if only that exists.</summary>
    public static Endpoint Default() => Parse("unix://" + (
        OwnSocket() is { } own ? own
        : !File.Exists(QuaiSocket) && File.Exists(DockerSocket) ? DockerSocket
        : QuaiSocket));

    /// <summary>The socket of a daemon that an ordinary user runs; null for root, and where there is none.</summary>
    private static string? OwnSocket()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return null;
        }

        string path = (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } folder ? folder : $"/tmp/quai-{Environment.UserName}") + "/quai.sock";

        // In a folder that anybody may make, only what nobody else can have put there.
        return File.Exists(path) && (File.GetUnixFileMode(Path.GetDirectoryName(path)!) & (UnixFileMode)0x3f) == 0 ? path : null;
    }

    /// <summary>Parses an address such as <c>unix:///path</c>, <c>tcp://host:port</c> or <c>host:port</c>.</summary>
    /// <exception cref="FormatException">The address is none of these.</exception>
    public static Endpoint Parse(string text)
    {
        string address = text.Trim();
        if (address.StartsWith("unix://", StringComparison.Ordinal))
        {
            string path = address[7..];
            return new Endpoint("unix://" + path, path.Length == 0 ? QuaiSocket : path);
        }

        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0 && address[..scheme] is not ("tcp" or "http" or "https"))
        {
            throw new FormatException($"invalid bind address format: {text}");
        }

        string authority = (scheme < 0 ? address : address[(scheme + 3)..]).TrimEnd('/');
        int colon = authority.LastIndexOf(':');
        string host = colon < 0 || authority.EndsWith(']') ? authority : authority[..colon];
        string port = host.Length == authority.Length ? "2375" : authority[(colon + 1)..];
        return int.TryParse(port, out int number)
            ? new Endpoint($"tcp://{(host.Length == 0 ? "localhost" : host)}:{number}", null, host.Length == 0 ? "localhost" : host.Trim('[', ']'), number)
            : throw new FormatException($"invalid bind address format: {text}");
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="blocking">Whether operations block the caller's thread.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    internal async ValueTask<Socket> ConnectAsync(bool blocking, CancellationToken cancellation)
    {
        Socket socket = SocketPath is not null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        EndPoint place = SocketPath is not null ? new UnixDomainSocketEndPoint(SocketPath) : new DnsEndPoint(Host, Port);
        try
        {
            if (blocking)
            {
                cancellation.ThrowIfCancellationRequested();
                socket.Connect(place);
            }
            else
            {
                await socket.ConnectAsync(place, cancellation);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
