using System.Buffers.Binary;
using System.Net;
using System.Text;
using Quai.Networks.Dns.Messages;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>A message as a client reads it: every name with what it points to, every record, nothing after the last.</summary>
internal sealed class ReadMessage
{
    public ReadMessage(ReadOnlySpan<byte> message)
    {
        Id = BinaryPrimitives.ReadUInt16BigEndian(message);
        Flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        int at = 12;
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) == 1)
        {
            Question = Name(message, ref at);
            at += 4;
        }

        Answers = Records(message, 6, ref at);
        Authorities = Records(message, 8, ref at);
        Additionals = Records(message, 10, ref at);
        Assert.Equal(message.Length, at);
    }

    public ushort Id { get; }

    public ushort Flags { get; }

    public int Code => Flags & 0xF;

    public bool IsTruncated => (Flags & 0x0200) != 0;

    public string? Question { get; }

    public IReadOnlyList<Record> Answers { get; }

    public IReadOnlyList<Record> Authorities { get; }

    public IReadOnlyList<Record> Additionals { get; }

    /// <summary>What the answers say.</summary>
    public IEnumerable<string> Texts => Answers.Select(a => a.Text);

    private static List<Record> Records(ReadOnlySpan<byte> message, int countAt, ref int at)
    {
        List<Record> records = [];
        for (int left = BinaryPrimitives.ReadUInt16BigEndian(message[countAt..]); left > 0; left--)
        {
            string name = Name(message, ref at);
            var type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            ushort kind = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
            uint lifetime = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]), data = at + 10;
            at = data + length;
            records.Add(new Record(name, type, kind, lifetime, Text(message[..at], type, data)));
        }

        return records;
    }

    private static string Text(ReadOnlySpan<byte> message, RecordType type, int data)
    {
        switch (type)
        {
            case RecordType.A or RecordType.AAAA:
                return new IPAddress(message[data..]).ToString();
            case RecordType.PTR:
                return Name(message, ref data);
            case RecordType.SRV:
                string head = string.Join(' ', message[data], BinaryPrimitives.ReadUInt16BigEndian(message[(data + 2)..]), BinaryPrimitives.ReadUInt16BigEndian(message[(data + 4)..]));
                data += 6;
                return $"{head} {Name(message, ref data)}";
            default:
                return Convert.ToHexString(message[data..]);
        }
    }

    private static string Name(ReadOnlySpan<byte> message, ref int at)
    {
        var text = new StringBuilder();
        int end = -1;
        for (int next = at, steps = 0; ; steps++)
        {
            Assert.True(steps < 200, "a name goes in circles");
            int label = message[next];
            if (label >= 0xC0)
            {
                end = end < 0 ? next + 2 : end;
                next = ((label & 0x3F) << 8) | message[next + 1];
                continue;
            }

            next++;
            if (label == 0)
            {
                at = end < 0 ? next : end;
                return text.ToString();
            }

            text.Append(Encoding.UTF8.GetString(message.Slice(next, label))).Append('.');
            next += label;
        }
    }

    internal sealed record Record(string Name, RecordType Type, ushort Class, uint Lifetime, string Text);
}
