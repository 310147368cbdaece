namespace Quai.Shim.Logging;

/// <summary>A line of output, or a part of one that is longer than a log takes at once.</summary>
internal unsafe struct LogPiece
{
    /// <summary>What was written, without the newline; followed by it if <see cref="Ended"/>.</summary>
    public byte* Text;

    public int Length;

    /// <summary>0 for stdout, 1 for stderr.</summary>
    public int Stream;

    /// <summary>Whether the line ends here.</summary>
    public bool Ended;

    /// <summary>When it was written, in nanoseconds since 1970; parts of a line share their first one's.</summary>
    public long Time;

    /// <summary>Which part of its line this is, from 1 on; 0 for a whole line.</summary>
    public int Ordinal;

    /// <summary>What the parts of a line have in common: 64 hex digits.</summary>
    public byte* LineId;
}
