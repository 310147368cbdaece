using Quai.Linux.Kernel;
using Quai.Plans.Logging;

namespace Quai.Shim.Logging.Formats;

/// <summary>Messages of syslog, in the formats that Docker has for them. Each ends with a newline.</summary>
internal static unsafe class SyslogMessage
{
    private const int Error = 3, Information = 6;
    private static readonly int s_process = (int)SystemCall.Quick(SystemCallNumber.Getpid);

    /// <summary>Writes one.</summary>
    public static void Write(ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece) => Write(ref buffer, plan, piece, s_process);

    /// <summary>Writes one.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="plan">The log's.</param>
    /// <param name="piece">What.</param>
    /// <param name="process">The number of the process that it is said to come from.</param>
    public static void Write(ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece, int process)
    {
        bool counted = ((SyslogFormat)plan->Variant & SyslogFormat.Counted) != 0;
        int start = buffer.Length;
        if (counted)
        {
            // Written again once the length is known.
            Body(ref buffer, plan, piece, process);
            int length = buffer.Length - start;
            buffer.Length = start;
            buffer.AddNumber(length);
            buffer.Add((byte)' ');
        }

        Body(ref buffer, plan, piece, process);
    }

    private static void Body(ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece, int process)
    {
        SyslogFormat format = (SyslogFormat)plan->Variant & ~SyslogFormat.Counted;
        buffer.Add((byte)'<');
        buffer.AddNumber(plan->Level | (piece.Stream == 0 ? Information : Error));
        buffer.Add((byte)'>');
        long offset = Offset(plan, piece.Time / 1_000_000_000);
        long local = (piece.Time / 1_000_000_000) + offset;
        if (format is SyslogFormat.Local or SyslogFormat.Rfc3164)
        {
            Stamp(ref buffer, local);
        }
        else
        {
            buffer.Add("1 "u8);
            Clock.WriteSeconds(ref buffer, local);
            if (format == SyslogFormat.Rfc5424Micro)
            {
                buffer.Add((byte)'.');
                buffer.AddNumber(piece.Time / 1000 % 1_000_000, 6);
            }

            Zone(ref buffer, offset);
        }

        buffer.Add(plan->First, plan->FirstLength);
        buffer.AddNumber(process);
        buffer.Add(plan->Second, plan->SecondLength);
        buffer.Add(piece.Text, piece.Length);
        buffer.Add((byte)'\n');
    }

    /// <summary>As in "Jan  2 15:04:05".</summary>
    private static void Stamp(ref ByteBuffer buffer, long local)
    {
        Clock.Date(local, out _, out int month, out int day);
        buffer.Add("JanFebMarAprMayJunJulAugSepOctNovDec"u8.Slice((month - 1) * 3, 3));
        buffer.Add((byte)' ');
        if (day < 10)
        {
            buffer.Add((byte)' ');
        }

        buffer.AddNumber(day);
        buffer.Add((byte)' ');
        Clock.WriteTimeOfDay(ref buffer, local);
    }

    private static void Zone(ref ByteBuffer buffer, long offset)
    {
        if (offset == 0)
        {
            buffer.Add((byte)'Z');
            return;
        }

        buffer.Add(offset < 0 ? (byte)'-' : (byte)'+');
        offset = Math.Abs(offset);
        buffer.AddNumber(offset / 3600, 2);
        buffer.Add((byte)':');
        buffer.AddNumber(offset / 60 % 60, 2);
    }

    private static long Offset(LogPlan* plan, long time)
    {
        long offset = 0;
        for (int i = 0; i < plan->OffsetCount && plan->Offsets[i * 2] <= time; i++)
        {
            offset = plan->Offsets[(i * 2) + 1];
        }

        return offset;
    }
}
