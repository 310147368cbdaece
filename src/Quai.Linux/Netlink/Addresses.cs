using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <summary>An address of an interface.</summary>
/// <param name="LinkIndex">The interface.</param>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">Of its subnet.</param>
public readonly record struct LinkAddress(int LinkIndex, IPAddress Address, int PrefixLength)
{
    /// <summary>Whether it was given to the interface for good, and is meant for the whole network.</summary>
    public bool IsGlobalForGood { get; init; }
}

/// <summary>rtnetlink requests about addresses.</summary>
public static class Addresses
{
    private const ushort RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22;
    private const ushort IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_BROADCAST = 4;
    private const byte AF_INET = 2, AF_INET6 = 10, IFA_F_NODAD = 2, IFA_F_PERMANENT = 0x80, RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253;

    /// <summary>
    /// Adds an address to an interface, with the subnet's broadcast address. One of IPv6 is not first looked for on the link: whoever leases it has done so,
    /// and a program could not bind to it for a second or two.
    /// </summary>
    public static void WriteAdd(NetlinkWriter writer, int linkIndex, IPAddress address, int prefixLength) =>
        Write(writer, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, linkIndex, address, prefixLength);

    /// <summary>Removes an address from an interface.</summary>
    public static void WriteDelete(NetlinkWriter writer, int linkIndex, IPAddress address, int prefixLength) =>
        Write(writer, RTM_DELADDR, NLM_F_ACK, linkIndex, address, prefixLength);

    /// <summary>All addresses of the socket's namespace of one family, but for link-local ones of IPv6.</summary>
    public static List<LinkAddress> List(NetlinkSocket socket, AddressFamily family = AddressFamily.InterNetwork)
    {
        using var writer = new NetlinkWriter();
        writer.Begin(RTM_GETADDR, NLM_F_DUMP);
        writer.Put(new AddressInfo { Family = family == AddressFamily.InterNetwork ? AF_INET : AF_INET6 });
        writer.End();
        List<LinkAddress> addresses = [];
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                AddressInfo info = MemoryMarshal.Read<AddressInfo>(payload);
                var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<AddressInfo>()..]);
                while (attributes.Next())
                {
                    if (attributes.Type == (info.Family == AF_INET ? IFA_LOCAL : IFA_ADDRESS) && !(info.Family == AF_INET6 && info.Scope == RT_SCOPE_LINK))
                    {
                        addresses.Add(new LinkAddress(info.Index, new IPAddress(attributes.Value), info.PrefixLength)
                        {
                            IsGlobalForGood = (info.Flags & IFA_F_PERMANENT) != 0 && info.Scope == RT_SCOPE_UNIVERSE,
                        });
                    }
                }
            },
            "list addresses");
        return addresses;
    }

    private static void Write(NetlinkWriter writer, ushort type, ushort flags, int linkIndex, IPAddress address, int prefixLength)
    {
        Span<byte> buffer = stackalloc byte[16];
        _ = address.TryWriteBytes(buffer, out int written);
        Span<byte> bytes = buffer[..written];
        bool ipv6 = written == 16;
        writer.Begin(type, flags);
        writer.Put(new AddressInfo
        {
            Family = ipv6 ? AF_INET6 : AF_INET,
            PrefixLength = (byte)prefixLength,
            Flags = ipv6 ? IFA_F_NODAD : (byte)0,
            Scope = address.IsIPv6LinkLocal ? RT_SCOPE_LINK : (byte)0,
            Index = linkIndex,
        });
        writer.Bytes(IFA_LOCAL, bytes);
        writer.Bytes(IFA_ADDRESS, bytes);
        if (type == RTM_NEWADDR && !ipv6 && prefixLength < 31)
        {
            for (int bit = prefixLength; bit < 32; bit++)
            {
                bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
            }

            writer.Bytes(IFA_BROADCAST, bytes);
        }

        writer.End();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AddressInfo
    {
        public byte Family;
        public byte PrefixLength;
        public byte Flags;
        public byte Scope;
        public int Index;
    }
}
