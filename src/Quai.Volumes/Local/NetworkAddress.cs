using System.Net;
using System.Net.Sockets;
using Quai.Errors;

namespace Quai.Volumes.Local;

/// <summary>Servers' names in options of network file systems: the kernel knows only addresses.</summary>
internal static class NetworkAddress
{
    /// <summary>Device and data with the server's address instead of its name.</summary>
    /// <exception cref="QuaiException">There is no such host.</exception>
    public static (string Device, string Data) Resolve(string type, string device, string data)
    {
        if (!type.StartsWith("nfs", StringComparison.Ordinal) && type != "cifs")
        {
            return (device, data);
        }

        string[] parts = data.Split(',');
        int at = Array.FindIndex(parts, part => part.StartsWith("addr=", StringComparison.Ordinal));
        if (at >= 0)
        {
            parts[at] = "addr=" + AddressOf(parts[at]["addr=".Length..]);
            return (device, string.Join(',', parts));
        }

        if (type != "cifs" || !device.StartsWith("//", StringComparison.Ordinal))
        {
            return (device, data);
        }

        int slash = device.IndexOf('/', 2);
        string host = slash < 0 ? device[2..] : device[2..slash];
        return (host.Length == 0 ? device : "//" + AddressOf(host) + (slash < 0 ? "" : device[slash..]), data);
    }

    private static string AddressOf(string host)
    {
        if (IPAddress.TryParse(host, out _))
        {
            return host;
        }

        try
        {
            return Dns.GetHostAddresses(host).OrderBy(a => a.AddressFamily != AddressFamily.InterNetwork).First().ToString();
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or ArgumentException)
        {
            throw QuaiException.System($"error resolving passed in network volume address: lookup {host}: no such host", e);
        }
    }
}
