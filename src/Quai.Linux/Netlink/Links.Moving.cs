using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <content>Interfaces that go from one network namespace to another.</content>
public static partial class Links
{
    private const ushort IFLA_NEW_IFINDEX = 49;

    /// <summary>Moves an interface of the socket's namespace to another one, where it is down.</summary>
    /// <param name="writer">Written to.</param>
    /// <param name="index">The interface, by index; 0 to use its name.</param>
    /// <param name="name">The interface, by name.</param>
    /// <param name="newIndex">Its index there (Linux 5.13); 0 for one that the kernel chooses.</param>
    /// <param name="newName">Its name there; null for the same one.</param>
    /// <returns>Offset in the message of the other namespace's descriptor, which is to be filled in.</returns>
    public static int WriteMove(NetlinkWriter writer, int index, string? name, int newIndex, string? newName = null)
    {
        int start = writer.Length;
        writer.Begin(RTM_NEWLINK, NLM_F_ACK);
        writer.Put(new InterfaceInfo { Index = index });
        if (index == 0)
        {
            writer.String(IFLA_IFNAME, name);
        }

        else if (newName is not null)
        {
            writer.String(IFLA_IFNAME, newName);
        }

        if (newIndex > 0)
        {
            writer.U32(IFLA_NEW_IFINDEX, (uint)newIndex);
        }

        writer.U32(IFLA_NET_NS_FD, 0);
        int descriptor = writer.Length - 4;
        writer.End();
        return descriptor - start;
    }
}
