using Quai.Plans.Logging;

namespace Quai.Shim.Logging.Formats;

/// <summary>Entries of the system's journal, in its native protocol: fields as NAME=value lines, or with their length where a value has a newline.</summary>
internal static unsafe class JournalMessage
{
    private const int IdLength = 64;

    /// <summary>Writes one.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="plan">The log's.</param>
    /// <param name="piece">What.</param>
    /// <param name="epoch">Identifies this run of the container: 64 digits.</param>
    /// <param name="ordinal">Which entry of the run it is, from 1 on.</param>
    public static void Write(ref ByteBuffer buffer, LogPlan* plan, in LogPiece piece, byte* epoch, long ordinal)
    {
        buffer.Add(piece.Stream == 0 ? "PRIORITY=6\nMESSAGE="u8 : "PRIORITY=3\nMESSAGE="u8);
        buffer.Add(piece.Text, piece.Length);
        buffer.Add((byte)'\n');
        buffer.Add(plan->First, plan->FirstLength);
        buffer.Add("CONTAINER_LOG_EPOCH="u8);
        buffer.Add(epoch, IdLength);
        buffer.Add("\nCONTAINER_LOG_ORDINAL="u8);
        buffer.AddNumber(ordinal);
        buffer.Add("\nSYSLOG_TIMESTAMP="u8);
        Clock.Write(ref buffer, piece.Time);
        buffer.Add((byte)'\n');
        if (piece.Ordinal > 0)
        {
            buffer.Add("CONTAINER_PARTIAL_ID="u8);
            buffer.Add(piece.LineId, IdLength);
            buffer.Add("\nCONTAINER_PARTIAL_ORDINAL="u8);
            buffer.AddNumber(piece.Ordinal);
            buffer.Add(piece.Ended ? "\nCONTAINER_PARTIAL_LAST=true\n"u8 : "\nCONTAINER_PARTIAL_LAST=false\nCONTAINER_PARTIAL_MESSAGE=true\n"u8);
        }
    }
}
