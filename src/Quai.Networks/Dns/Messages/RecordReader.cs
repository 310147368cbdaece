using System.Buffers.Binary;

namespace Quai.Networks.Dns.Messages;

/// <summary>Goes through the records of a message, whatever they are.</summary>
/// <param name="message">The message.</param>
/// <param name="at">Where the first record begins.</param>
internal ref struct RecordReader(ReadOnlySpan<byte> message, int at)
{
    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Where the last record that was read begins, and its data.</summary>
    public int Start { get; private set; } = at;

    /// <summary>Where the part of that record is that has the same length in all.</summary>
    public int HeaderAt { get; private set; } = at;

    /// <summary>Where it ends, and the next begins.</summary>
    public int End { get; private set; } = at;

    /// <summary>Its type.</summary>
    public readonly RecordType Type => (RecordType)BinaryPrimitives.ReadUInt16BigEndian(_message[HeaderAt..]);

    /// <summary>Where its lifetime is.</summary>
    public readonly int LifetimeAt => HeaderAt + 4;

    /// <summary>Its lifetime in seconds. What has the highest bit is none (RFC 2181).</summary>
    public readonly uint Lifetime => BinaryPrimitives.ReadUInt32BigEndian(_message[LifetimeAt..]) is var seconds && seconds <= int.MaxValue ? seconds : 0;

    /// <summary>Its data.</summary>
    public readonly ReadOnlySpan<byte> Data => _message[(HeaderAt + MessageLayout.RecordHeaderLength)..End];

    /// <summary>Whether its name is the root's, written as such.</summary>
    public readonly bool IsRoot => HeaderAt == Start + 1;

    /// <summary>Reads the next record. False: the message ends within it.</summary>
    public bool TryRead()
    {
        if (!WireName.TrySkip(_message, End, out int header) || header + MessageLayout.RecordHeaderLength > _message.Length)
        {
            return false;
        }

        int end = header + MessageLayout.RecordHeaderLength + BinaryPrimitives.ReadUInt16BigEndian(_message[(header + 8)..]);
        if (end > _message.Length)
        {
            return false;
        }

        (Start, HeaderAt, End) = (End, header, end);
        return true;
    }
}
