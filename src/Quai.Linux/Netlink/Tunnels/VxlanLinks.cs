using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Quai.Linux.Netlink.Tunnels;

/// <summary>rtnetlink requests about VXLAN interfaces.</summary>
public static class VxlanLinks
{
    private const ushort IFLA_MTU = 4, IFLA_LINKINFO = 18, IFLA_INFO_KIND = 1, IFLA_INFO_DATA = 2;
    private const ushort IFLA_VXLAN_ID = 1, IFLA_VXLAN_LOCAL = 4, IFLA_VXLAN_LEARNING = 7, IFLA_VXLAN_PROXY = 11, IFLA_VXLAN_PORT = 15, IFLA_VXLAN_LOCAL6 = 17;
    private const uint NoVxlanId = uint.MaxValue;

    /// <summary>Creates a VXLAN interface.</summary>
    public static void WriteCreate(NetlinkWriter writer, in VxlanLink link)
    {
        Span<byte> port = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, link.Port);
        Links.BeginStacked(writer, new StackedLink { Name = link.Name, Parent = 0, Mtu = link.Mtu }, "vxlan", out int info, out int data);
        writer.U32(IFLA_VXLAN_ID, link.Id);
        writer.Bytes(link.Local.AddressFamily == AddressFamily.InterNetwork ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, link.Local.GetAddressBytes());
        writer.Bytes(IFLA_VXLAN_PORT, port);
        writer.U8(IFLA_VXLAN_LEARNING, link.Learns ? (byte)1 : (byte)0);
        writer.U8(IFLA_VXLAN_PROXY, link.Answers ? (byte)1 : (byte)0);
        Links.EndStacked(writer, info, data);
    }

    /// <summary>
    /// Asks for a VXLAN interface with a number that there is not: no kernel makes it. One that has the kind, or a module of it to load, says that the number is out of
    /// range (ERANGE); one that has not says that it is not supported (EOPNOTSUPP).
    /// </summary>
    public static void WriteProbe(NetlinkWriter writer, string name)
    {
        Links.BeginStacked(writer, new StackedLink { Name = name, Parent = 0 }, "vxlan", out int info, out int data);
        writer.U32(IFLA_VXLAN_ID, NoVxlanId);
        Links.EndStacked(writer, info, data);
    }

    /// <summary>The VXLAN interfaces of the socket's namespace; those of which the kernel tells no number or no address of this host's are left out.</summary>
    public static List<VxlanLink> List(NetlinkSocket socket)
    {
        List<VxlanLink> links = [];
        Links.Dump(socket, payload =>
        {
            if (Parse(payload) is { } link)
            {
                links.Add(link);
            }
        });
        return links;
    }

    private static VxlanLink? Parse(ReadOnlySpan<byte> payload)
    {
        VxlanLink link = new() { Name = Links.Parse(payload).Name, Id = NoVxlanId, Local = IPAddress.None };
        bool vxlan = false;
        NetlinkAttributes attributes = Links.AttributesOf(payload);
        while (attributes.Next())
        {
            if (attributes.Type == IFLA_MTU)
            {
                link = link with { Mtu = (int)attributes.U32 };
            }

            if (attributes.Type != IFLA_LINKINFO)
            {
                continue;
            }

            NetlinkAttributes info = attributes.Nested;
            while (info.Next())
            {
                vxlan |= info.Type == IFLA_INFO_KIND && info.String == "vxlan";
                if (vxlan && info.Type == IFLA_INFO_DATA)
                {
                    link = WithSettings(link, info.Nested);
                }
            }
        }

        return vxlan && link.Id != NoVxlanId ? link : null;
    }

    private static VxlanLink WithSettings(VxlanLink link, NetlinkAttributes settings)
    {
        while (settings.Next())
        {
            link = settings.Type switch
            {
                IFLA_VXLAN_ID => link with { Id = settings.U32 },
                IFLA_VXLAN_LOCAL or IFLA_VXLAN_LOCAL6 => link with { Local = new IPAddress(settings.Value) },
                IFLA_VXLAN_PORT => link with { Port = BinaryPrimitives.ReadUInt16BigEndian(settings.Value) },
                IFLA_VXLAN_LEARNING => link with { Learns = settings.Value[0] != 0 },
                IFLA_VXLAN_PROXY => link with { Answers = settings.Value[0] != 0 },
                _ => link,
            };
        }

        return link;
    }
}
