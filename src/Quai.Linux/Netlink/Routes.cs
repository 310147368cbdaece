using System.Net;
using System.Runtime.InteropServices;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <summary>An IPv4 route of the main table.</summary>
/// <param name="Destination">Its network; null for the default route.</param>
/// <param name="PrefixLength">0 for the default route.</param>
/// <param name="LinkIndex">The interface that it leaves by, or 0.</param>
public readonly record struct Route(IPAddress? Destination, int PrefixLength, int LinkIndex);

/// <summary>rtnetlink requests about IPv4 routes.</summary>
public static class Routes
{
    private const ushort RTM_NEWROUTE = 24, RTM_GETROUTE = 26;
    private const ushort RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5;
    private const byte AF_INET = 2, RT_TABLE_MAIN = 254, RTPROT_BOOT = 3, RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253, RTN_UNICAST = 1;

    /// <summary>Sets the default route to a gateway, replacing any other.</summary>
    public static void WriteDefault(NetlinkWriter writer, int linkIndex, IPAddress gateway)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (!gateway.TryWriteBytes(bytes, out int written) || written != 4)
        {
            throw new ArgumentException($"{gateway} is not an IPv4 address", nameof(gateway));
        }

        writer.Begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
        writer.Put(new RouteInfo { Family = AF_INET, Table = RT_TABLE_MAIN, Protocol = RTPROT_BOOT, Scope = RT_SCOPE_UNIVERSE, Type = RTN_UNICAST });
        writer.Bytes(RTA_GATEWAY, bytes);
        writer.U32(RTA_OIF, (uint)linkIndex);
        writer.End();
    }

    /// <summary>Sets the default route of IPv4 to an interface, with no gateway, replacing any other: everybody is a neighbour.</summary>
    public static void WriteDefault(NetlinkWriter writer, int linkIndex)
    {
        writer.Begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
        writer.Put(new RouteInfo { Family = AF_INET, Table = RT_TABLE_MAIN, Protocol = RTPROT_BOOT, Scope = RT_SCOPE_LINK, Type = RTN_UNICAST });
        writer.U32(RTA_OIF, (uint)linkIndex);
        writer.End();
    }

    /// <summary>All routes of the main table of the socket's namespace.</summary>
    public static List<Route> List(NetlinkSocket socket)
    {
        using var writer = new NetlinkWriter();
        writer.Begin(RTM_GETROUTE, NLM_F_DUMP);
        writer.Put(new RouteInfo { Family = AF_INET });
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
