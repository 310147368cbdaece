using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Engine.Logs.Options;
using Quai.Errors;
using Quai.Runtime.Logging;

namespace Quai.Engine.Logs.Drivers;

/// <summary>From a server's name to addresses for the kernel, in Docker's words if there are none.</summary>
internal static class ServerAddresses
{
    /// <summary>Resolves the host of an address.</summary>
    /// <param name="url">The address.</param>
    /// <param name="network">The network as messages name it: tcp or udp.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">It has none, or the port is none.</exception>
    public static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(LogUrl url, string network, CancellationToken cancellation)
    {
        if (!LogUrl.TryPort(url.Port, out ushort port))
        {
            throw QuaiException.System($"dial {network}: address {url.Port}: invalid port");
        }

        if (url.Host.Length == 0)
        {
            return [new IPEndPoint(IPAddress.Loopback, port)];
        }

        try
        {
            IPAddress[] addresses = IPAddress.TryParse(url.Host, out IPAddress? address) ? [address] : await Dns.GetHostAddressesAsync(url.Host, cancellation).ConfigureAwait(false);
            return [.. addresses.Select(a => new IPEndPoint(a, port))];
        }
        catch (SocketException e)
        {
            throw QuaiException.System($"dial {network}: lookup {url.Host}: {(e.SocketErrorCode == SocketError.HostNotFound ? "no such host" : e.Message)}", e);
        }
    }

    /// <summary>An address for the kernel.</summary>
    public static LogAddress Flat(EndPoint address, bool stream)
    {
        SocketAddress flat = address.Serialize();
        return new LogAddress(flat.Buffer[..flat.Size].ToArray(), stream);
    }

    /// <summary>A socket of the file system, for the kernel.</summary>
    /// <exception cref="QuaiException">The path is too long.</exception>
    public static LogAddress Flat(string path, bool stream)
    {
        try
        {
            return Flat(new UnixDomainSocketEndPoint(path), stream);
        }
        catch (ArgumentException e)
        {
            throw QuaiException.System($"dial {(stream ? "unix" : "unixgram")} {path}: connect: invalid argument", e);
        }
    }

    /// <summary>An endpoint as Go writes it.</summary>
    public static string Text(IPEndPoint address) =>
        (address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address.Address}]" : address.Address.ToString()) + ":" + address.Port.ToString(CultureInfo.InvariantCulture);
}
