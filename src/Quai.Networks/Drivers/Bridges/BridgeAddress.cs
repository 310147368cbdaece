using System.Net;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Networks.Ipam;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>A bridge's address in one family.</summary>
/// <param name="Wanted">The address that the network has.</param>
/// <param name="Given">Whether the bridge is to have it.</param>
/// <param name="Before">The address that this daemon gave it before, or null.</param>
/// <param name="Present">The addresses that it has.</param>
internal sealed record BridgeAddress(InterfaceAddress Wanted, bool Given, InterfaceAddress? Before, IReadOnlyList<InterfaceAddress> Present)
{
    /// <summary>Gives the bridge the address, and takes away the one before, whose setting was changed.</summary>
    public void Set(NetlinkSocket socket, Link bridge)
    {
        using var writer = new NetlinkWriter();
        if (Before is { } before && Present.Contains(before) && (before != Wanted || !Given))
        {
            Addresses.WriteDelete(writer, bridge.Index, before.Address, before.PrefixLength);
            socket.Request(writer.Written, $"delete address {before} of {bridge.Name}");
            writer.Clear();
        }

        if (Given && !Present.Contains(Wanted))
        {
            Addresses.WriteAdd(writer, bridge.Index, Wanted.Address, Wanted.PrefixLength);
            socket.Request(writer.Written, $"add address {Wanted} to {bridge.Name}");
        }
    }

    /// <summary>Gives a bridge the link-local address that the kernel would, at once.</summary>
    public static void SetLinkLocal(NetlinkSocket socket, Link bridge)
    {
        using var writer = new NetlinkWriter();
        Addresses.WriteAdd(writer, bridge.Index, LinkLocal(Convert.FromHexString(bridge.Mac)), 64);
        try
        {
            socket.Request(writer.Written, $"add a link-local address to {bridge.Name}");
        }
        catch (LinuxException e) when (e.Errno == Errno.EEXIST)
        {
            // Of an earlier start.
        }
    }

    /// <summary>The link-local address of a hardware address (RFC 4291, appendix A).</summary>
    public static IPAddress LinkLocal(ReadOnlySpan<byte> mac) =>
        new([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(mac[0] ^ 2), mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]]);
}
