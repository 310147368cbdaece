using System.Buffers.Binary;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>An existing set with its elements, to be made again elsewhere.</summary>
/// <param name="Name">Its name in its table.</param>
/// <param name="KeyType">The keys' type, as the <c>nft</c> command numbers them.</param>
/// <param name="KeyLength">The keys' length in bytes.</param>
/// <param name="Flags">The kernel's flags.</param>
/// <param name="Description">Of what parts a key consists; empty where it is one.</param>
/// <param name="Elements">Each element's attributes, as the kernel listed them.</param>
public sealed record NftListedSet(string Name, uint KeyType, uint KeyLength, uint Flags, byte[] Description, IReadOnlyList<byte[]> Elements)
{
    /// <summary>What of <see cref="Flags"/> a copy has: intervals, and keys of several parts.</summary>
    public const uint Interval = 4, Concatenation = 0x80;

    private const uint Anonymous = 1, Constant = 2;
    private const int HeaderLength = 4;
    private const ushort NFTA_SET_TABLE = 1, NFTA_SET_NAME = 2, NFTA_SET_FLAGS = 3, NFTA_SET_KEY_TYPE = 4, NFTA_SET_KEY_LEN = 5, NFTA_SET_DESC = 9;
    private const ushort NFTA_SET_ELEM_KEY = 1, NFTA_SET_ELEM_FLAGS = 3, NFTA_SET_ELEM_KEY_END = 10;
    private const byte NFT_MSG_GETSET = 10;

    /// <summary>Whether it is nothing but a set: no map, and nothing that comes and goes by itself.</summary>
    public bool CanBeCopied => (Flags & ~(Interval | Concatenation | Anonymous | Constant)) == 0;

    /// <summary>Reads one; null if there is none of that name.</summary>
    /// <param name="socket">A socket of <see cref="NftBatch.OpenSocket"/>.</param>
    /// <param name="family">The table's family.</param>
    /// <param name="table">The table.</param>
    /// <param name="name">The set's name.</param>
    /// <param name="maximum">How many elements are read at most; one that has more is returned with one more than that.</param>
    /// <exception cref="LinuxException">The kernel refused, with EINTR when sets changed meanwhile.</exception>
    public static NftListedSet? Read(NetlinkSocket socket, NftFamily family, string table, string name, int maximum)
    {
        NftListedSet? set = Define(socket, family, table, name);
        return set is { CanBeCopied: true } ? set with { Elements = ElementsOf(socket, family, table, name, maximum) } : set;
    }

    private static NftListedSet? Define(NetlinkSocket socket, NftFamily family, string table, string name)
    {
        using NetlinkWriter writer = NftListing.BeginDump(NFT_MSG_GETSET, family);
        writer.String(NFTA_SET_TABLE, table);
        writer.End();
        NftListedSet? found = null;
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                var set = new NftListedSet("", 0, 0, 0, [], []);
                string ofTable = "";
                var attributes = new NetlinkAttributes(payload[HeaderLength..]);
                while (attributes.Next())
                {
                    switch (attributes.Type)
                    {
                        case NFTA_SET_TABLE:
                            ofTable = attributes.String;
                            break;
                        case NFTA_SET_NAME:
                            set = set with { Name = attributes.String };
                            break;
                        case NFTA_SET_FLAGS:
                            set = set with { Flags = attributes.U32BigEndian };
                            break;
                        case NFTA_SET_KEY_TYPE:
                            set = set with { KeyType = attributes.U32BigEndian };
                            break;
                        case NFTA_SET_KEY_LEN:
                            set = set with { KeyLength = attributes.U32BigEndian };
                            break;
                        case NFTA_SET_DESC:
                            set = set with { Description = attributes.Value.ToArray() };
                            break;
                    }
                }

                found = ofTable == table && set.Name == name ? set : found;
            },
            $"list sets of nftables table {table}");
        return found;
    }

    private static List<byte[]> ElementsOf(NetlinkSocket socket, NftFamily family, string table, string name, int maximum)
    {
        List<byte[]> elements = [];
        NftListing.Elements(socket, family, table, name, element =>
        {
            if (elements.Count <= maximum)
            {
                elements.Add(KeysOf(element));
            }
        });
        return elements;
    }

    /// <summary>What makes an element be what it is, without its counters.</summary>
    private static byte[] KeysOf(NetlinkAttributes element)
    {
        using var writer = new NetlinkWriter(64);
        while (element.Next())
        {
            if (element.Type is NFTA_SET_ELEM_KEY or NFTA_SET_ELEM_KEY_END or NFTA_SET_ELEM_FLAGS)
            {
                // Values of keys are attributes themselves, and marked so where the kernel is strict.
                writer.Bytes(element.Type == NFTA_SET_ELEM_FLAGS ? element.Type : (ushort)(element.Type | NLA_F_NESTED), element.Value);
            }
        }

        return writer.Written.ToArray();
    }
}
