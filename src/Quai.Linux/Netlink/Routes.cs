using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <summary>A route of the main table.</summary>
/// <param name="Destination">Its network; null for the default route.</param>
/// <param name="PrefixLength">0 for the default route.</param>
/// <param name="LinkIndex">The interface that it leaves by, or 0.</param>
public readonly record struct Route(IPAddress? Destination, int PrefixLength, int LinkIndex);

/// <summary>rtnetlink requests about routes.</summary>
public static class Routes
{
    private const ushort RTM_NEWROUTE = 24, RTM_GETROUTE = 26;
    private const ushort RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5;
    private const byte AF_INET = 2, AF_INET6 = 10, RT_TABLE_MAIN = 254, RTPROT_BOOT = 3, RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253, RTN_UNICAST = 1;

    /// <summary>Sets the default route to a gateway, replacing any other.</summary>
    public static void WriteDefault(NetlinkWriter writer, int linkIndex, IPAddress gateway)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = gateway.TryWriteBytes(bytes, out int written);
        writer.Begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
        writer.Put(new RouteInfo { Family = written == 16 ? AF_INET6 : AF_INET, Table = RT_TABLE_MAIN, Protocol = RTPROT_BOOT, Scope = RT_SCOPE_UNIVERSE, Type = RTN_UNICAST });
        writer.Bytes(RTA_GATEWAY, bytes[..written]);
        writer.U32(RTA_OIF, (uint)linkIndex);
        writer.End();
    }

    /// <summary>Sets the default route of a family to an interface, with no gateway, replacing any other: everybody is a neighbour.</summary>
    public static void WriteDefault(NetlinkWriter writer, int linkIndex, AddressFamily family)
    {
        bool ipv6 = family == AddressFamily.InterNetworkV6;
        writer.Begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
        writer.Put(new RouteInfo { Family = ipv6 ? AF_INET6 : AF_INET, Table = RT_TABLE_MAIN, Protocol = RTPROT_BOOT, Scope = ipv6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK, Type = RTN_UNICAST });
        writer.U32(RTA_OIF, (uint)linkIndex);
        writer.End();
    }

    /// <summary>Adds a route by an interface; one that there is already is replaced.</summary>
    /// <param name="writer">Written to.</param>
    /// <param name="linkIndex">The interface.</param>
    /// <param name="destination">Where it leads.</param>
    /// <param name="gateway">The next hop; null where all of it are neighbours.</param>
    public static void WriteAdd(NetlinkWriter writer, int linkIndex, IPNetwork destination, IPAddress? gateway)
    {
        Span<byte> bytes = stackalloc byte[16];
        bool ipv6 = destination.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
        writer.Begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
        writer.Put(new RouteInfo
        {
            Family = ipv6 ? AF_INET6 : AF_INET,
            DestinationLength = (byte)destination.PrefixLength,
            Table = RT_TABLE_MAIN,
            Protocol = RTPROT_BOOT,
            Scope = gateway is not null || ipv6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
            Type = RTN_UNICAST,
        });
        if (destination.PrefixLength > 0)
        {
            _ = destination.BaseAddress.TryWriteBytes(bytes, out int length);
            writer.Bytes(RTA_DST, bytes[..length]);
        }

        if (gateway is not null)
        {
            _ = gateway.TryWriteBytes(bytes, out int length);
            writer.Bytes(RTA_GATEWAY, bytes[..length]);
        }

        writer.U32(RTA_OIF, (uint)linkIndex);
        writer.End();
    }

    /// <summary>All routes of one family in the main table of the socket's namespace.</summary>
    public static List<Route> List(NetlinkSocket socket, AddressFamily family = AddressFamily.InterNetwork)
    {
        using var writer = new NetlinkWriter();
        writer.Begin(RTM_GETROUTE, NLM_F_DUMP);
        writer.Put(new RouteInfo { Family = family == AddressFamily.InterNetwork ? AF_INET : AF_INET6 });
        writer.End();
        List<Route> routes = [];
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                RouteInfo info = MemoryMarshal.Read<RouteInfo>(payload);
                if (info.Table != RT_TABLE_MAIN)
                {
                    return;
                }

                IPAddress? destination = null;
                int link = 0;
                var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<RouteInfo>()..]);
                while (attributes.Next())
                {
                    switch (attributes.Type)
                    {
                        case RTA_DST:
                            destination = new IPAddress(attributes.Value);
                            break;
                        case RTA_OIF:
                            link = (int)attributes.U32;
                            break;
                    }
                }

                routes.Add(new Route(destination, info.DestinationLength, link));
            },
            "list routes");
        return routes;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RouteInfo
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte Tos;
        public byte Table;
        public byte Protocol;
        public byte Scope;
        public byte Type;
        public uint Flags;
    }
}
