using System.Runtime.InteropServices;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>
/// One nf_tables transaction, on tables of family <c>ip</c> unless another is named: everything added here takes effect at once or, if anything is refused, not at all.
/// <code>
/// using var batch = new NftBatch();
/// batch.AddTable("quai");
/// batch.AddChain("quai", "forward", NftHook.Forward("filter", 0));
/// batch.Rule("quai", "forward").OutInterface("quai0").ConntrackStatus(NftRule.DestinationNat).Accept();
/// batch.Commit(socket, "write the firewall");
/// </code>
/// </summary>
public sealed partial class NftBatch : IDisposable
{
    private const ushort NFNL_MSG_BATCH_BEGIN = 0x10, NFNL_MSG_BATCH_END = 0x11, NFNL_SUBSYS_NFTABLES = 10;
    private const byte NFT_MSG_NEWTABLE = 0, NFT_MSG_DELTABLE = 2, NFT_MSG_NEWCHAIN = 3, NFT_MSG_DELCHAIN = 5, NFT_MSG_NEWRULE = 6, NFT_MSG_DELRULE = 8, NFT_MSG_NEWSET = 9, NFT_MSG_DELSET = 11, NFT_MSG_NEWSETELEM = 12, NFT_MSG_DELSETELEM = 14;
    private const ushort NFTA_TABLE_NAME = 1, NFTA_TABLE_FLAGS = 2, NFTA_TABLE_USERDATA = 6, NFTA_CHAIN_TABLE = 1, NFTA_CHAIN_NAME = 3, NFTA_CHAIN_HOOK = 4, NFTA_CHAIN_POLICY = 5, NFTA_CHAIN_TYPE = 7;
    private const ushort NFTA_HOOK_HOOKNUM = 1, NFTA_HOOK_PRIORITY = 2, NFTA_RULE_TABLE = 1, NFTA_RULE_CHAIN = 2, NFTA_RULE_HANDLE = 3, NFTA_RULE_EXPRESSIONS = 4, NFTA_RULE_POSITION = 6, NFTA_RULE_USERDATA = 7;
    private const uint NFT_TABLE_F_OWNER = 2, NF_ACCEPT = 1;
    private const byte NFTNL_UDATA_COMMENT = 0;
    private const int MaximalComment = 120;

    private readonly NetlinkWriter _writer = new(4096);
    private readonly NftFamily _family;

    /// <summary>Begins a transaction.</summary>
    /// <param name="family">Of the tables.</param>
    public NftBatch(NftFamily family = NftFamily.IPv4)
    {
        _family = family;
        _writer.Begin(NFNL_MSG_BATCH_BEGIN, 0);
        _writer.Put(new NfHeader { Resource = BigEndian(NFNL_SUBSYS_NFTABLES) });
        _writer.End();
    }

    /// <summary>Opens a socket to send transactions on, in the calling thread's network namespace.</summary>
    public static NetlinkSocket OpenSocket() => NetlinkSocket.Open(NETLINK_NETFILTER);

    /// <summary>Creates a table if it does not exist.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="comment">Shown by <c>nft list</c>; empty for none. ASCII; truncated after 120 characters.</param>
    public void AddTable(string table, string comment = "")
    {
        Begin(NFT_MSG_NEWTABLE, NLM_F_CREATE);
        _writer.String(NFTA_TABLE_NAME, table);
        if (comment.Length > 0)
        {
            Comment(NFTA_TABLE_USERDATA, comment);
        }

        _writer.End();
    }

    /// <summary>
    /// Creates an empty table owned by the socket it is committed on (Linux 5.12 and later): nobody else may change it, and it is deleted when the socket is closed,
    /// for whatever reason. The transaction fails with EPERM while another socket has a table of that name, and with EEXIST if it exists without an owner.
    /// </summary>
    public void AddOwnedTable(string table, string comment)
    {
        Begin(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
        _writer.String(NFTA_TABLE_NAME, table);
        _writer.U32BigEndian(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
        Comment(NFTA_TABLE_USERDATA, comment);
        _writer.End();
    }

    /// <summary>Deletes a table with everything in it.</summary>
    public void DeleteTable(string table)
    {
        Begin(NFT_MSG_DELTABLE, 0);
        _writer.String(NFTA_TABLE_NAME, table);
        _writer.End();
    }

    /// <summary>Creates a chain; with a hook it is a base chain whose policy is accept.</summary>
    public void AddChain(string table, string chain, NftHook? hook = null)
    {
        Begin(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
        _writer.String(NFTA_CHAIN_TABLE, table);
        _writer.String(NFTA_CHAIN_NAME, chain);
        if (hook is { } at)
        {
            int nest = _writer.BeginNest(NFTA_CHAIN_HOOK);
            _writer.U32BigEndian(NFTA_HOOK_HOOKNUM, (uint)at.Number);
            _writer.U32BigEndian(NFTA_HOOK_PRIORITY, (uint)at.Priority);
            _writer.EndNest(nest);
            _writer.String(NFTA_CHAIN_TYPE, at.Type);
            _writer.U32BigEndian(NFTA_CHAIN_POLICY, NF_ACCEPT);
        }

        _writer.End();
    }

    /// <summary>Deletes a chain with its rules. Nothing may go there any more.</summary>
    public void DeleteChain(string table, string chain)
    {
        Begin(NFT_MSG_DELRULE, 0);
        _writer.String(NFTA_RULE_TABLE, table);
        _writer.String(NFTA_RULE_CHAIN, chain);
        _writer.End();
        Begin(NFT_MSG_DELCHAIN, 0);
        _writer.String(NFTA_CHAIN_TABLE, table);
        _writer.String(NFTA_CHAIN_NAME, chain);
        _writer.End();
    }

    /// <summary>Begins a rule at the end of a chain. Its verdict ends it: nothing else may be added before that.</summary>
    public NftRule Rule(string table, string chain)
    {
        Begin(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
        _writer.String(NFTA_RULE_TABLE, table);
        _writer.String(NFTA_RULE_CHAIN, chain);
        return new NftRule(_writer, _writer.BeginNest(NFTA_RULE_EXPRESSIONS), _family);
    }

    /// <summary>The same with a comment, and in front of another rule of the chain.</summary>
    /// <param name="table">The table.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="before">The other rule's handle; null for the chain's end.</param>
    /// <param name="comment">Shown by <c>nft list</c>. ASCII; truncated after 120 characters.</param>
    public NftRule Rule(string table, string chain, ulong? before, string comment)
    {
        Begin(NFT_MSG_NEWRULE, before is null ? (ushort)(NLM_F_CREATE | NLM_F_APPEND) : NLM_F_CREATE);
        _writer.String(NFTA_RULE_TABLE, table);
        _writer.String(NFTA_RULE_CHAIN, chain);
        if (before is { } handle)
        {
            _writer.U64BigEndian(NFTA_RULE_POSITION, handle);
        }

        Comment(NFTA_RULE_USERDATA, comment);
        return new NftRule(_writer, _writer.BeginNest(NFTA_RULE_EXPRESSIONS), _family);
    }

    /// <summary>Deletes a rule.</summary>
    public void DeleteRule(string table, string chain, ulong handle)
    {
        Begin(NFT_MSG_DELRULE, 0);
        _writer.String(NFTA_RULE_TABLE, table);
        _writer.String(NFTA_RULE_CHAIN, chain);
        _writer.U64BigEndian(NFTA_RULE_HANDLE, handle);
        _writer.End();
    }

    /// <summary>Sends the transaction. A batch is committed once.</summary>
    /// <exception cref="LinuxException">Something was refused, so nothing was done.</exception>
    public void Commit(NetlinkSocket socket, string what)
    {
        int end = _writer.Length;
        Finish();

        // A transaction of many messages would otherwise have more acknowledgements than the socket's buffer holds.
        KeepLastAcknowledgement(_writer.Written, end);
        socket.Transact(_writer.Written, what);
    }

    /// <summary>
    /// The transaction as bytes, to be sent in one piece by somebody who has no more than the bytes. Its last message alone asks for an acknowledgement: the
    /// first answer says whether all of it was done or nothing. A batch is committed or prepared once.
    /// </summary>
    public byte[] Prepare()
    {
        int end = _writer.Length;
        Finish();
        byte[] bytes = _writer.Written.ToArray();
        KeepLastAcknowledgement(bytes, end);
        uint sequence = 0;
        for (int at = 0; at < bytes.Length; at += (MemoryMarshal.Read<int>(bytes.AsSpan(at)) + 3) & ~3)
        {
            MemoryMarshal.Write(bytes.AsSpan(at + 8), ++sequence);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static ushort BigEndian(ushort value) => BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value) : value;

    /// <summary>Of the messages before an offset, has only the last acknowledged. A refusal is told in any case.</summary>
    private static void KeepLastAcknowledgement(Span<byte> messages, int end)
    {
        for (int at = 0, next; at < end; at = next)
        {
            Span<byte> header = messages[at..];
            next = at + ((MemoryMarshal.Read<int>(header) + 3) & ~3);
            if (next < end)
            {
                MemoryMarshal.Write(header[6..], (ushort)(MemoryMarshal.Read<ushort>(header[6..]) & ~NLM_F_ACK));
            }
        }
    }

    private void Finish()
    {
        _writer.Begin(NFNL_MSG_BATCH_END, 0);
        _writer.Put(new NfHeader { Resource = BigEndian(NFNL_SUBSYS_NFTABLES) });
        _writer.End();
    }

    private void Comment(ushort attribute, string text)
    {
        int length = Math.Min(text.Length, MaximalComment);
        byte[] data = new byte[length + 3];
        data[0] = NFTNL_UDATA_COMMENT;
        data[1] = (byte)(length + 1);
        System.Text.Encoding.ASCII.GetBytes(text.AsSpan(0, length), data.AsSpan(2));
        _writer.Bytes(attribute, data);
    }

    private void Begin(byte message, ushort flags)
    {
        // If a transaction's acknowledgement is missing, the kernel did not see it.
        _writer.Begin((ushort)((NFNL_SUBSYS_NFTABLES << 8) | message), (ushort)(flags | NLM_F_ACK));
        _writer.Put(new NfHeader { Family = (byte)_family });
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NfHeader
    {
        public byte Family;
        public byte Version;
        public ushort Resource;
    }
}
