using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>Sets, maps and their elements.</summary>
public sealed partial class NftBatch
{
    /// <summary>The maximum number of elements in one message: a netlink attribute's length has 16 bits.</summary>
    private const int ElementsPerMessage = 512;

    private const ushort NFTA_SET_TABLE = 1, NFTA_SET_NAME = 2, NFTA_SET_FLAGS = 3, NFTA_SET_KEY_TYPE = 4, NFTA_SET_KEY_LEN = 5, NFTA_SET_DATA_TYPE = 6, NFTA_SET_DATA_LEN = 7, NFTA_SET_ID = 10, NFTA_SET_USERDATA = 13;
    private const ushort NFTA_SET_ELEM_LIST_TABLE = 1, NFTA_SET_ELEM_LIST_SET = 2, NFTA_SET_ELEM_LIST_ELEMENTS = 3, NFTA_LIST_ELEM = 1, NFTA_SET_ELEM_KEY = 1, NFTA_SET_ELEM_DATA = 2, NFTA_SET_ELEM_TIMEOUT = 4, NFTA_SET_ELEM_EXPIRATION = 5;
    private const ushort NFTA_DATA_VALUE = 1, NFTA_DATA_VERDICT = 2, NFTA_VERDICT_CODE = 1, NFTA_VERDICT_CHAIN = 2;
    private const uint NFT_SET_MAP = 8, NFT_SET_TIMEOUT = 0x10, NFT_DATA_VERDICT = 0xffffff00;
    private const int NFT_JUMP = -3, NFT_GOTO = -4;
    private const byte NFTNL_UDATA_SET_KEYBYTEORDER = 0, HostByteOrder = 1;

    private uint _sets;

    /// <summary>Creates a set.</summary>
    public void AddSet(string table, string name, NftType key) => AddSet(table, name, key, 0, 0, 0);

    /// <summary>Creates a set whose elements may have a timeout (<see cref="NftElement.Timeout"/>).</summary>
    public void AddTimedSet(string table, string name, NftType key) => AddSet(table, name, key, NFT_SET_TIMEOUT, 0, 0);

    /// <summary>Deletes a set or map with its elements. No rule may look there any more.</summary>
    public void DeleteSet(string table, string name)
    {
        Begin(NFT_MSG_DELSET, 0);
        _writer.String(NFTA_SET_TABLE, table);
        _writer.String(NFTA_SET_NAME, name);
        _writer.End();
    }

    /// <summary>Creates a map.</summary>
    public void AddMap(string table, string name, NftType key, NftType data) => AddSet(table, name, key, NFT_SET_MAP, data.Id, data.Length);

    /// <summary>Creates a verdict map.</summary>
    public void AddVerdictMap(string table, string name, NftType key) => AddSet(table, name, key, NFT_SET_MAP, NFT_DATA_VERDICT, 0);

    /// <summary>Adds elements to a set or map. An existing one with different data makes the transaction fail.</summary>
    public void AddElements(string table, string set, ReadOnlySpan<NftElement> elements) => Elements(NFT_MSG_NEWSETELEM, NLM_F_CREATE, table, set, elements);

    /// <summary>Deletes elements by key. A missing one makes the transaction fail.</summary>
    public void DeleteElements(string table, string set, ReadOnlySpan<NftElement> elements) => Elements(NFT_MSG_DELSETELEM, 0, table, set, elements);

    /// <summary>
    /// All elements of a set or map; those of verdict maps have no data. While the kernel makes a set's table larger or smaller, for a moment
    /// after many elements came or went, an answer of several messages may have some twice or not at all.
    /// </summary>
    public static List<NftElement> List(NetlinkSocket socket, string table, string set, NftFamily family = NftFamily.IPv4)
    {
        List<NftElement> elements = [];
        NftListing.Elements(socket, family, table, set, element => elements.Add(ParseElement(element)));
        return elements;
    }

    private static NftElement ParseElement(NetlinkAttributes attributes)
    {
        byte[] key = [], data = [];
        TimeSpan? left = null;
        while (attributes.Next())
        {
            if (attributes.Type == NFTA_SET_ELEM_EXPIRATION && attributes.Value.Length == sizeof(ulong))
            {
                left = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt64BigEndian(attributes.Value));
                continue;
            }

            NetlinkAttributes value = attributes.Nested;
            if (value.Next() && value.Type == NFTA_DATA_VALUE)
            {
                if (attributes.Type == NFTA_SET_ELEM_KEY)
                {
                    key = value.Value.ToArray();
                }
                else if (attributes.Type == NFTA_SET_ELEM_DATA)
                {
                    data = value.Value.ToArray();
                }
            }
        }

        return new NftElement(key, data) { Timeout = left };
    }

    private void AddSet(string table, string name, NftType key, uint flags, uint dataType, int dataLength)
    {
        Begin(NFT_MSG_NEWSET, NLM_F_CREATE);
        _writer.String(NFTA_SET_TABLE, table);
        _writer.String(NFTA_SET_NAME, name);
        _writer.U32BigEndian(NFTA_SET_FLAGS, flags);
        _writer.U32BigEndian(NFTA_SET_KEY_TYPE, key.Id);
        _writer.U32BigEndian(NFTA_SET_KEY_LEN, (uint)key.Length);
        if (flags == NFT_SET_MAP)
        {
            _writer.U32BigEndian(NFTA_SET_DATA_TYPE, dataType);
            if (dataLength > 0)
            {
                _writer.U32BigEndian(NFTA_SET_DATA_LEN, (uint)dataLength);
            }
        }

        _writer.U32BigEndian(NFTA_SET_ID, ++_sets);
        if (key == NftType.InterfaceName)
        {
            // Only for the nft command, which would otherwise print the text reversed.
            byte[] order = new byte[6];
            order[0] = NFTNL_UDATA_SET_KEYBYTEORDER;
            order[1] = sizeof(uint);
            MemoryMarshal.Write(order.AsSpan(2), (uint)HostByteOrder);
            _writer.Bytes(NFTA_SET_USERDATA, order);
        }

        _writer.End();
    }

    private void Elements(byte message, ushort flags, string table, string set, ReadOnlySpan<NftElement> elements)
    {
        for (int from = 0; from < elements.Length; from += ElementsPerMessage)
        {
            Begin(message, flags);
            _writer.String(NFTA_SET_ELEM_LIST_TABLE, table);
            _writer.String(NFTA_SET_ELEM_LIST_SET, set);
            int list = _writer.BeginNest(NFTA_SET_ELEM_LIST_ELEMENTS);
            foreach (ref readonly NftElement element in elements.Slice(from, Math.Min(ElementsPerMessage, elements.Length - from)))
            {
                int item = _writer.BeginNest(NFTA_LIST_ELEM);
                Value(NFTA_SET_ELEM_KEY, element.Key.Span);
                if (message == NFT_MSG_NEWSETELEM)
                {
                    if (element.Timeout is { } timeout)
                    {
                        _writer.U64BigEndian(NFTA_SET_ELEM_TIMEOUT, (ulong)timeout.TotalMilliseconds);
                    }

                    if (element.JumpTo is { } chain)
                    {
                        Verdict(chain, element.Returns ? NFT_JUMP : NFT_GOTO);
                    }
                    else if (element.Data.Length > 0)
                    {
                        Value(NFTA_SET_ELEM_DATA, element.Data.Span);
                    }
                }

                _writer.EndNest(item);
            }

            _writer.EndNest(list);
            _writer.End();
        }
    }

    private void Value(ushort type, ReadOnlySpan<byte> bytes)
    {
        int nest = _writer.BeginNest(type);
        _writer.Bytes(NFTA_DATA_VALUE, bytes);
        _writer.EndNest(nest);
    }

    private void Verdict(string chain, int code)
    {
        int data = _writer.BeginNest(NFTA_SET_ELEM_DATA);
        int verdict = _writer.BeginNest(NFTA_DATA_VERDICT);
        _writer.U32BigEndian(NFTA_VERDICT_CODE, unchecked((uint)code));
        _writer.String(NFTA_VERDICT_CHAIN, chain);
        _writer.EndNest(verdict);
        _writer.EndNest(data);
    }
}
