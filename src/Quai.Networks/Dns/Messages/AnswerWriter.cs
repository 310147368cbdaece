using System.Buffers.Binary;

namespace Quai.Networks.Dns.Messages;

/// <summary>
/// Writes an answer of our own: header, question, records, and the OPT record if the client sent one. What does not fit is left out,
/// and the answer says so.
/// </summary>
internal ref struct AnswerWriter
{
    /// <summary>Seconds for which an answer may be kept: Docker's.</summary>
    public const uint Lifetime = 600;

    private const ushort NameOfQuestion = 0xC000 | MessageLayout.HeaderLength;

    private readonly Span<byte> _room;
    private readonly DnsQuery _query;
    private readonly ResponseCode _code;
    private readonly int _end;
    private int _at;
    private ushort _answers, _additionals;
    private bool _truncated;

    /// <param name="room">Where to write: as many bytes as the client takes, at least <see cref="MessageLayout.PlainUdpSize"/>.</param>
    /// <param name="message">The client's message.</param>
    /// <param name="query">What it asks.</param>
    /// <param name="code">How it is answered.</param>
    public AnswerWriter(Span<byte> room, ReadOnlySpan<byte> message, in DnsQuery query, ResponseCode code)
    {
        _room = room;
        _query = query;
        _code = code;
        _end = room.Length - (query.HasEdns ? MessageLayout.OptLength : 0);
        _at = query.QuestionEnd;
        message[..query.QuestionEnd].CopyTo(room);
    }

    /// <summary>Answers a message that is no question, or none that can be read: by a header.</summary>
    public static int Refuse(Span<byte> room, ReadOnlySpan<byte> message, ResponseCode code)
    {
        Span<byte> header = room[..MessageLayout.HeaderLength];
        message[..MessageLayout.HeaderLength].CopyTo(header);
        header[MessageLayout.QuestionsAt..].Clear();
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[MessageLayout.FlagsAt..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[MessageLayout.FlagsAt..], FlagsOf(flags, code));
        return header.Length;
    }

    /// <summary>Adds addresses of the name that was asked for, in any order: each is the first as often as the others.</summary>
    /// <param name="addresses">One after the other.</param>
    /// <param name="size">Bytes of each.</param>
    public void AddAddresses(ReadOnlySpan<byte> addresses, int size)
    {
        int count = addresses.Length / size;
        Span<int> order = count <= 128 ? stackalloc int[count] : new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        for (int i = 0; i < count && !_truncated; i++)
        {
            int other = Random.Shared.Next(i, count);
            int chosen = order[other];
            order[other] = order[i];
            _truncated = !TryAddAddress([], addresses.Slice(chosen * size, size));
            _answers += _truncated ? (ushort)0 : (ushort)1;
        }
    }

    /// <summary>Adds the name of the address that was asked for.</summary>
    public void AddPointer(ReadOnlySpan<byte> target)
    {
        if (!TryHeader([], RecordType.PTR, target.Length + 1))
        {
            _truncated = true;
            return;
        }

        Put(target);
        _room[_at++] = 0;
        _answers++;
    }

    /// <summary>Adds a place of the service that was asked for.</summary>
    public void AddService(ushort port, ReadOnlySpan<byte> target)
    {
        if (_truncated || !TryHeader([], RecordType.SRV, 6 + target.Length + 1))
        {
            _truncated = true;
            return;
        }

        BinaryPrimitives.WriteUInt32BigEndian(_room[_at..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(_room[(_at + 4)..], port);
        _at += 6;
        Put(target);
        _room[_at++] = 0;
        _answers++;
    }

    /// <summary>Adds, after all answers, an address of a name that one of them has. Left out in silence where there is no room.</summary>
    public void AddAdditional(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address)
    {
        if (!_truncated && !address.IsEmpty && TryAddAddress(name, address))
        {
            _additionals++;
        }
    }

    /// <summary>Ends the answer.</summary>
    /// <returns>Its bytes.</returns>
    public int Finish()
    {
        if (_query.HasEdns)
        {
            Span<byte> opt = _room.Slice(_at, MessageLayout.OptLength);
            opt.Clear();
            BinaryPrimitives.WriteUInt16BigEndian(opt[1..], (ushort)RecordType.OPT);
            BinaryPrimitives.WriteUInt16BigEndian(opt[3..], MessageLayout.LargestUdpSize);
            opt[5] = (byte)((ushort)_code >> 4);
            opt[7] = _query.DnssecOk ? (byte)0x80 : (byte)0;
            _at += opt.Length;
            _additionals++;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_room[MessageLayout.FlagsAt..], (ushort)(FlagsOf(_query.Flags, _code) | (_truncated ? MessageLayout.IsTruncated : 0)));
        BinaryPrimitives.WriteUInt16BigEndian(_room[MessageLayout.AnswersAt..], _answers);
        BinaryPrimitives.WriteUInt16BigEndian(_room[MessageLayout.AuthoritiesAt..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(_room[MessageLayout.AdditionalsAt..], _additionals);
        return _at;
    }

    private static ushort FlagsOf(ushort asked, ResponseCode code) => (ushort)(
        MessageLayout.IsResponse | MessageLayout.RecursionAvailable
        | (asked & (MessageLayout.Operation | MessageLayout.RecursionDesired | MessageLayout.CheckingDisabled))
        | ((ushort)code & MessageLayout.Code));

    private bool TryAddAddress(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address)
    {
        if (!TryHeader(name, address.Length == 4 ? RecordType.A : RecordType.AAAA, address.Length))
        {
            return false;
        }

        Put(address);
        return true;
    }

    /// <summary>Begins a record; of the question's name where none is given.</summary>
    private bool TryHeader(ReadOnlySpan<byte> name, RecordType type, int dataLength)
    {
        int nameLength = name.IsEmpty ? 2 : name.Length + 1;
        if (_at + nameLength + MessageLayout.RecordHeaderLength + dataLength > _end)
        {
            return false;
        }

        if (name.IsEmpty)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_room[_at..], NameOfQuestion);
            _at += 2;
        }
        else
        {
            Put(name);
            _room[_at++] = 0;
        }

        Span<byte> header = _room.Slice(_at, MessageLayout.RecordHeaderLength);
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], MessageLayout.Internet);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Lifetime);
        BinaryPrimitives.WriteUInt16BigEndian(header[8..], (ushort)dataLength);
        _at += header.Length;
        return true;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_room[_at..]);
        _at += bytes.Length;
    }
}
