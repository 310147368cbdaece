using Quai.Plans.Logging;

namespace Quai.Shim.Logging.Formats;

/// <summary>Messages of fluentd's forward protocol: arrays of tag, time, record and options, in msgpack.</summary>
internal static unsafe class FluentdMessage
{
    /// <summary>Bytes of a message's identity, for acknowledgements: base64 of 16 bytes.</summary>
    public const int IdentityLength = 24;

    private const int PartialMembers = 4, IdLength = 64;

    /// <summary>Writes one.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="plan">The log's.</param>
    /// <param name="piece">What.</param>
    /// <param name="identity">Its identity, if it is to be acknowledged.</param>
    public static void Write(ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece, byte* identity)
    {
        FluentdOptions options = (FluentdOptions)plan->Variant;
        buffer.Add(plan->First, plan->FirstLength);
        Time(ref buffer, piece.Time, (options & FluentdOptions.SubSecond) != 0);
        bool source = (options & FluentdOptions.OwnSource) == 0, log = (options & FluentdOptions.OwnLog) == 0;
        Map(ref buffer, plan->Level + (source ? 1 : 0) + (log ? 1 : 0) + (piece.Ordinal > 0 ? PartialMembers : 0));
        buffer.Add(plan->Second, plan->SecondLength);
        if (source)
        {
            Text(ref buffer, "source"u8);
            Text(ref buffer, piece.Stream == 0 ? "stdout"u8 : "stderr"u8);
        }

        if (log)
        {
            Text(ref buffer, "log"u8);
            Text(ref buffer, new ReadOnlySpan<byte>(piece.Text, piece.Length));
        }

        if (piece.Ordinal > 0)
        {
            Text(ref buffer, "partial_message"u8);
            Text(ref buffer, "true"u8);
            Text(ref buffer, "partial_id"u8);
            Text(ref buffer, new ReadOnlySpan<byte>(piece.LineId, IdLength));
            Text(ref buffer, "partial_ordinal"u8);
            byte* digits = stackalloc byte[20];
            ByteBuffer number = new(digits, 20);
            number.AddNumber(piece.Ordinal);
            Text(ref buffer, number.Span);
            Text(ref buffer, "partial_last"u8);
            Text(ref buffer, piece.Ended ? "true"u8 : "false"u8);
        }

        if (identity == null)
        {
            Map(ref buffer, 0);
        }
        else
        {
            Map(ref buffer, 1);
            Text(ref buffer, "chunk"u8);
            Text(ref buffer, new ReadOnlySpan<byte>(identity, IdentityLength));
        }
    }

    private static void Time(ref ByteBuffer buffer, long time, bool exact)
    {
        if (exact)
        {
            // An event time: extension 0 of eight bytes.
            buffer.Add([0xD7, 0]);
            buffer.AddBigEndian((ulong)(time / 1_000_000_000), 4);
            buffer.AddBigEndian((ulong)(time % 1_000_000_000), 4);
        }
        else
        {
            bool small = time / 1_000_000_000 <= int.MaxValue;
            buffer.Add(small ? (byte)0xD2 : (byte)0xD3);
            buffer.AddBigEndian((ulong)(time / 1_000_000_000), small ? 4 : 8);
        }
    }

    private static void Map(ref ByteBuffer buffer, int count)
    {
        if (count < 16)
        {
            buffer.Add((byte)(0x80 | count));
        }
        else
        {
            buffer.Add(0xDE);
            buffer.AddBigEndian((ulong)count, 2);
        }
    }

    private static void Text(ref ByteBuffer buffer, ReadOnlySpan<byte> text)
    {
        switch (text.Length)
        {
            case < 32:
                buffer.Add((byte)(0xA0 | text.Length));
                break;
            case < 256:
                buffer.Add(0xD9);
                buffer.Add((byte)text.Length);
                break;
            default:
                buffer.Add(0xDA);
                buffer.AddBigEndian((ulong)text.Length, 2);
                break;
        }

        buffer.Add(text);
    }
}
