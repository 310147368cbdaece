using System.Text;
using Quai.Plans.Logging;
using Quai.Shim.Logging;
using Quai.Shim.Logging.Formats;

namespace Quai.Shim.Tests;

/// <summary>Writes single messages with the shim's formats, from managed memory.</summary>
internal static unsafe class Message
{
    /// <summary>2026-11-29T03:37:04.000327482Z.</summary>
    public const long Time = 1795923424_000_327_482;

    private const int Size = 1 << 20;

    /// <summary>What to be written how.</summary>
    public sealed record Case(string Text)
    {
        public LogTarget Target { get; init; }

        public LogNetwork Network { get; init; }

        public int Variant { get; init; }

        public int Level { get; init; }

        public byte[] First { get; init; } = [];

        public byte[] Second { get; init; } = [];

        public int Stream { get; init; }

        public bool Ended { get; init; } = true;

        public int Ordinal { get; init; }

        public long Offset { get; init; }

        public string? Identity { get; init; }
    }

    public static byte[] Write(Case wanted) => Use(wanted, (ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece, byte* identity) =>
    {
        switch (wanted.Target)
        {
            case LogTarget.Syslog: SyslogMessage.Write(ref buffer, plan, piece, process: 42); break;
            case LogTarget.Gelf: GelfMessage.Write(ref buffer, plan, piece); break;
            case LogTarget.Fluentd: FluentdMessage.Write(ref buffer, plan, piece, wanted.Identity is null ? null : identity); break;
            case LogTarget.Journal: JournalMessage.Write(ref buffer, plan, piece, piece.LineId, 7); break;
        }
    });

    public static byte[] Pack(Case wanted, byte[] message) => Use(wanted, (ref ByteBuffer buffer, LogPlan* plan, in LogPiece _, byte* _) =>
    {
        fixed (byte* start = message)
        {
            ByteBuffer source = new(start, message.Length) { Length = message.Length };
            GelfMessage.Pack(ref buffer, plan, source);
        }
    });

    private delegate void Writer(ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece, byte* identity);

    private static byte[] Use(Case wanted, Writer write)
    {
        byte[] memory = new byte[Size], text = Encoding.UTF8.GetBytes(wanted.Text), id = Encoding.ASCII.GetBytes(new string('a', 64));
        byte[] identity = Encoding.ASCII.GetBytes(wanted.Identity ?? new string('b', 24));
        long[] offsets = [0, wanted.Offset];
        fixed (byte* start = memory, line = text, lineId = id, first = wanted.First, second = wanted.Second, chunk = identity)
        fixed (long* zone = offsets)
        {
            LogPlan plan = new()
            {
                Target = wanted.Target, Network = wanted.Network, Variant = wanted.Variant, Level = wanted.Level, First = first, FirstLength = wanted.First.Length,
                Second = second, SecondLength = wanted.Second.Length, Offsets = zone, OffsetCount = 1,
            };
            LogPiece piece = new() { Text = line, Length = text.Length, Stream = wanted.Stream, Ended = wanted.Ended, Time = Time, Ordinal = wanted.Ordinal, LineId = lineId };
            ByteBuffer buffer = new(start, Size);
            write(ref buffer, &plan, piece, chunk);
            Assert.False(buffer.Overflowed);
            return memory[..buffer.Length];
        }
    }
}
