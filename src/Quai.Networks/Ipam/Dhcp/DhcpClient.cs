using System.Security.Cryptography;
using System.Text;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>A container on one network as DHCP servers know it. It is the same over restarts of the container and of the daemon.</summary>
/// <param name="Parent">The host's interface over which it asks.</param>
/// <param name="Hardware">The hardware address of its interface.</param>
/// <param name="Identifier">What tells it from others with the same hardware address (RFC 4361): an interface's number and a unique id, both made of the container's and the network's ids.</param>
/// <param name="HostName">Its name; empty for none.</param>
internal sealed record DhcpClient(string Parent, byte[] Hardware, byte[] Identifier, string HostName)
{
    private const byte Rfc4361 = 255, UuidType = 4;
    private const int LongestName = 63;

    /// <summary>Of a container on a network.</summary>
    /// <param name="parent">The host's interface.</param>
    /// <param name="hardware">The hardware address of the container's interface; null for one that follows from the ids.</param>
    /// <param name="containerId">The container's id.</param>
    /// <param name="networkId">The network's id.</param>
    /// <param name="name">The container's name.</param>
    public static DhcpClient Of(string parent, byte[]? hardware, string containerId, string networkId, string name)
    {
        byte[] hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{networkId} {containerId}"));
        return new DhcpClient(parent, hardware ?? [0x02, 0x42, .. hash.AsSpan(20, 4)], [Rfc4361, .. hash.AsSpan(0, 4), 0, UuidType, .. hash.AsSpan(4, 16)], HostNameOf(name));
    }

    // A host's name knows neither underscores nor dots.
    private static string HostNameOf(string name) =>
        new string([.. name.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
}
