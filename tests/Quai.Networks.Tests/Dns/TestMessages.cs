using System.Buffers.Binary;
using System.Text;
using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Tests.Dns;

/// <summary>Messages as a client or another server makes them.</summary>
internal static class TestMessages
{
    public const ushort Id = 0x1234;

    /// <summary>A question.</summary>
    public static byte[] Query(string name, RecordType type, ushort id = Id, int edns = 0, bool dnssec = false, byte version = 0, ushort flags = 0x0100, byte[]? options = null)
    {
        List<byte> message = [.. Number(id), .. Number(flags), .. Number(1), .. Number(0), .. Number(0), .. Number(edns > 0 ? 1 : 0), .. Name(name), .. Number((int)type), .. Number(1)];
        if (edns > 0)
        {
            message.AddRange([0, .. Number(41), .. Number(edns), 0, version, dnssec ? (byte)0x80 : (byte)0, 0, .. Number(options?.Length ?? 0), .. options ?? []]);
        }

        return [.. message];
    }

    /// <summary>Another server's answer to a question, with records of the name that was asked for.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> query, int code, IEnumerable<byte[]> answers, IEnumerable<byte[]>? authorities = null, int flags = 0x8180)
    {
        byte[][] all = [.. answers], more = [.. authorities ?? []];
        int end = QuestionEnd(query);
        return
        [
            .. query[..2], .. Number(flags | code), .. Number(1), .. Number(all.Length), .. Number(more.Length), .. Number(0),
            .. query[12..end], .. all.SelectMany(a => a), .. more.SelectMany(a => a),
        ];
    }

    /// <summary>A record of the name that was asked for.</summary>
    public static byte[] Record(RecordType type, uint lifetime, params byte[] data) =>
        [0xC0, 12, .. Number((int)type), .. Number(1), .. Number((int)(lifetime >> 16)), .. Number((int)lifetime), .. Number(data.Length), .. data];

    /// <summary>What a zone says of names that it does not have.</summary>
    public static byte[] Zone(uint lifetime, uint minimum)
    {
        byte[] last = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(last, minimum);
        return Record(RecordType.SOA, lifetime, [.. Name("ns.example"), .. Name("root.example"), .. new byte[16], .. last]);
    }

    /// <summary>Where a message's question ends.</summary>
    public static int QuestionEnd(ReadOnlySpan<byte> message)
    {
        int at = 12;
        while (message[at] != 0)
        {
            at += 1 + message[at];
        }

        return at + 5;
    }

    /// <summary>A name with the root's label.</summary>
    public static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(l => (byte[])[(byte)Encoding.UTF8.GetByteCount(l), .. Encoding.UTF8.GetBytes(l)]), 0];

    private static byte[] Number(int value) => [(byte)(value >> 8), (byte)value];
}
