using System.Buffers.Binary;
using System.Net;

namespace Quai.Networks.Dns.Messages;

/// <summary>An answer of somebody else's that is passed on: looked at no closer than that needs.</summary>
internal static class RelayedAnswer
{
    /// <summary>Whether a message answers the question that was sent: has its id and asks the same.</summary>
    /// <param name="answer">The message.</param>
    /// <param name="sent">What was sent, with the id that was made for it.</param>
    /// <param name="query">What that asks.</param>
    public static bool Answers(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> sent, in DnsQuery query)
    {
        if (answer.Length < query.QuestionEnd
            || !answer[..2].SequenceEqual(sent[..2])
            || (Flags(answer) & (MessageLayout.IsResponse | MessageLayout.Operation)) != MessageLayout.IsResponse
            || Count(answer, MessageLayout.QuestionsAt) != 1)
        {
            return false;
        }

        // The root's label, the type and the class.
        int rest = MessageLayout.HeaderLength + query.NameLength;
        return WireName.Equal(query.Name(answer), query.Name(sent)) && answer[rest..query.QuestionEnd].SequenceEqual(sent[rest..query.QuestionEnd]);
    }

    /// <summary>Whether a message is a refusal that does not even repeat the question, as some servers give of what they cannot read.</summary>
    public static bool Declines(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> sent) =>
        answer.Length >= MessageLayout.HeaderLength
        && answer[..2].SequenceEqual(sent[..2])
        && (Flags(answer) & (MessageLayout.IsResponse | MessageLayout.Operation)) == MessageLayout.IsResponse
        && Count(answer, MessageLayout.QuestionsAt) == 0
        && CodeOf(answer) is ResponseCode.FormatError or ResponseCode.ServerFailure or ResponseCode.NotImplemented or ResponseCode.Refused;

    /// <summary>Whether all records that it claims to have are there.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> answer, in DnsQuery query)
    {
        var records = new RecordReader(answer, query.QuestionEnd);
        for (int left = Records(answer); left > 0; left--)
        {
            if (!records.TryRead())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>How it answers.</summary>
    public static ResponseCode CodeOf(ReadOnlySpan<byte> answer) => (ResponseCode)(Flags(answer) & MessageLayout.Code);

    /// <summary>Whether it says that there was more.</summary>
    public static bool IsTruncated(ReadOnlySpan<byte> answer) => (Flags(answer) & MessageLayout.IsTruncated) != 0;

    /// <summary>Makes it the client's: its id, and its question letter by letter.</summary>
    public static void Readdress(Span<byte> answer, ReadOnlySpan<byte> message, in DnsQuery query)
    {
        message[..2].CopyTo(answer);
        message[MessageLayout.HeaderLength..query.QuestionEnd].CopyTo(answer[MessageLayout.HeaderLength..]);
    }

    /// <summary>Makes it as small as the client takes: as many whole answers as fit, and word that there are more.</summary>
    /// <returns>The bytes that are left.</returns>
    public static int Clip(Span<byte> answer, int size, in DnsQuery query)
    {
        if (answer.Length <= size)
        {
            return answer.Length;
        }

        int room = size - (query.HasEdns ? MessageLayout.OptLength : 0), end = query.QuestionEnd;
        ushort kept = 0;
        var records = new RecordReader(answer, end);
        for (int left = Count(answer, MessageLayout.AnswersAt); left > 0 && records.TryRead() && records.End <= room; left--)
        {
            end = records.End;
            kept++;
        }

        ushort flags = (ushort)(Flags(answer) | MessageLayout.IsTruncated);
        BinaryPrimitives.WriteUInt16BigEndian(answer[MessageLayout.FlagsAt..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(answer[MessageLayout.AnswersAt..], kept);
        BinaryPrimitives.WriteUInt16BigEndian(answer[MessageLayout.AuthoritiesAt..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(answer[MessageLayout.AdditionalsAt..], query.HasEdns ? (ushort)1 : (ushort)0);
        if (query.HasEdns)
        {
            Span<byte> opt = answer.Slice(end, MessageLayout.OptLength);
            opt.Clear();
            BinaryPrimitives.WriteUInt16BigEndian(opt[1..], (ushort)RecordType.OPT);
            BinaryPrimitives.WriteUInt16BigEndian(opt[3..], MessageLayout.LargestUdpSize);
            opt[7] = query.DnssecOk ? (byte)0x80 : (byte)0;
            end += opt.Length;
        }

        return end;
    }

    /// <summary>Seconds for which it may be kept: those of the record that lives shortest; of an absence, what the zone says (RFC 2308). 0: not at all.</summary>
    public static uint Lifetime(ReadOnlySpan<byte> answer, in DnsQuery query)
    {
        ResponseCode code = CodeOf(answer);
        if (IsTruncated(answer) || code is not (ResponseCode.NoError or ResponseCode.NameError))
        {
            return 0;
        }

        int answers = Count(answer, MessageLayout.AnswersAt), all = Records(answer);
        bool negative = code == ResponseCode.NameError || answers == 0, zone = false;
        uint shortest = int.MaxValue;
        var records = new RecordReader(answer, query.QuestionEnd);
        for (int i = 0; i < all && records.TryRead(); i++)
        {
            if (records.Type == RecordType.OPT)
            {
                continue;
            }

            shortest = Math.Min(shortest, records.Lifetime);
            if (i >= answers && records.Type == RecordType.SOA && records.Data.Length >= 20)
            {
                zone = true;
                shortest = Math.Min(shortest, BinaryPrimitives.ReadUInt32BigEndian(records.Data[^4..]));
            }
        }

        return negative && !zone ? 0 : shortest;
    }

    /// <summary>The addresses that it answers with, whatever names they are said to be of on the way, and how long they may be kept.</summary>
    public static List<(IPAddress Address, TimeSpan Lifetime)> Addresses(ReadOnlySpan<byte> answer, in DnsQuery query)
    {
        List<(IPAddress Address, TimeSpan Lifetime)> addresses = [];
        var records = new RecordReader(answer, query.QuestionEnd);
        for (int left = Count(answer, MessageLayout.AnswersAt); left > 0 && records.TryRead(); left--)
        {
            if (records is { Type: RecordType.A, Data.Length: 4 } or { Type: RecordType.AAAA, Data.Length: 16 })
            {
                addresses.Add((new IPAddress(records.Data), TimeSpan.FromSeconds(records.Lifetime)));
            }
        }

        return addresses;
    }

    /// <summary>Takes the seconds since it came off its records' lifetimes.</summary>
    public static void Age(Span<byte> answer, uint seconds, in DnsQuery query)
    {
        var records = new RecordReader(answer, query.QuestionEnd);
        for (int left = Records(answer); left > 0 && records.TryRead(); left--)
        {
            if (records.Type != RecordType.OPT)
            {
                uint lifetime = records.Lifetime;
                BinaryPrimitives.WriteUInt32BigEndian(answer[records.LifetimeAt..], lifetime > seconds ? lifetime - seconds : 0);
            }
        }
    }

    private static ushort Flags(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message[MessageLayout.FlagsAt..]);

    private static ushort Count(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);

    private static int Records(ReadOnlySpan<byte> message) =>
        Count(message, MessageLayout.AnswersAt) + Count(message, MessageLayout.AuthoritiesAt) + Count(message, MessageLayout.AdditionalsAt);
}
