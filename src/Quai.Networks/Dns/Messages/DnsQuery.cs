using System.Buffers.Binary;

namespace Quai.Networks.Dns.Messages;

/// <summary>What a client's message asks, and where in it that is said. The message itself is kept by whoever has it.</summary>
internal readonly record struct DnsQuery
{
    /// <summary>By which the client knows the answer.</summary>
    public ushort Id { get; private init; }

    /// <summary>The header's flags.</summary>
    public ushort Flags { get; private init; }

    /// <summary>Bytes of the name, which begins after the header.</summary>
    public int NameLength { get; private init; }

    /// <summary>What is asked for.</summary>
    public RecordType Type { get; private init; }

    /// <summary>In which class.</summary>
    public ushort Class { get; private init; }

    /// <summary>Where the OPT record begins; 0 where there is none.</summary>
    public int OptAt { get; private init; }

    /// <summary>Bytes that an answer by UDP may have.</summary>
    public int UdpSize { get; private init; }

    /// <summary>The version of EDNS.</summary>
    public byte EdnsVersion { get; private init; }

    /// <summary>Whether signatures are asked for.</summary>
    public bool DnssecOk { get; private init; }

    /// <summary>Whether it says anything more than a question and what EDNS always has: its answer may be for this client only.</summary>
    public bool HasMore { get; private init; }

    /// <summary>Bytes of the message; what follows in the datagram is none of it.</summary>
    public int Length { get; private init; }

    /// <summary>Whether the client speaks EDNS.</summary>
    public bool HasEdns => OptAt > 0;

    /// <summary>Where the question ends.</summary>
    public int QuestionEnd => MessageLayout.HeaderLength + NameLength + 5;

    /// <summary>The name as it is in the message.</summary>
    public ReadOnlySpan<byte> Name(ReadOnlySpan<byte> message) => message.Slice(MessageLayout.HeaderLength, NameLength);

    /// <summary>Reads a client's message.</summary>
    public static QueryReading Read(ReadOnlySpan<byte> message, out DnsQuery query)
    {
        query = default;
        if (message.Length < MessageLayout.HeaderLength)
        {
            return QueryReading.Nothing;
        }

        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[MessageLayout.FlagsAt..]);
        if ((flags & MessageLayout.IsResponse) != 0)
        {
            // Whoever answers answers begins a conversation without an end.
            return QueryReading.Nothing;
        }

        if ((flags & MessageLayout.Operation) != 0)
        {
            return QueryReading.Unsupported;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(message[MessageLayout.QuestionsAt..]) != 1
            || !WireName.TryMeasure(message, MessageLayout.HeaderLength, out int nameLength)
            || MessageLayout.HeaderLength + nameLength + 5 > message.Length)
        {
            return QueryReading.Malformed;
        }

        ReadOnlySpan<byte> question = message[(MessageLayout.HeaderLength + nameLength + 1)..];
        query = new DnsQuery
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(message),
            Flags = flags,
            NameLength = nameLength,
            Type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(question),
            Class = BinaryPrimitives.ReadUInt16BigEndian(question[2..]),
            UdpSize = MessageLayout.PlainUdpSize,
        };
        return TryReadRecords(message, ref query) ? QueryReading.Question : QueryReading.Malformed;
    }

    private static bool TryReadRecords(ReadOnlySpan<byte> message, ref DnsQuery query)
    {
        int before = BinaryPrimitives.ReadUInt16BigEndian(message[MessageLayout.AnswersAt..]) + BinaryPrimitives.ReadUInt16BigEndian(message[MessageLayout.AuthoritiesAt..]);
        int all = before + BinaryPrimitives.ReadUInt16BigEndian(message[MessageLayout.AdditionalsAt..]);
        var records = new RecordReader(message, query.QuestionEnd);
        for (int i = 0; i < all; i++)
        {
            if (!records.TryRead())
            {
                return false;
            }

            if (i < before || records.Type != RecordType.OPT)
            {
                query = query with { HasMore = true };
                continue;
            }

            if (query.HasEdns || !records.IsRoot)
            {
                return false;
            }

            ReadOnlySpan<byte> header = message[records.HeaderAt..];
            query = query with
            {
                OptAt = records.Start,
                UdpSize = Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(header[2..]), MessageLayout.PlainUdpSize, MessageLayout.LargestUdpSize),
                EdnsVersion = header[5],
                DnssecOk = (header[6] & 0x80) != 0,
                HasMore = query.HasMore || !records.Data.IsEmpty,
            };
        }

        query = query with { Length = records.End };
        return true;
    }
}
