using System.Runtime.InteropServices;

namespace Quai.Plans.Logging;

/// <summary>
/// What the shim needs to know of a container's log besides its file: a part of the plan, with pointers into it. What is the same in all messages is rendered by whoever writes the plan,
/// so that the shim only puts lines and times between constant texts.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct LogPlan
{
    /// <summary>The size of an entry of <see cref="Addresses"/>: the length of an address and the type of its socket, as 32-bit numbers, then the address.</summary>
    public const int AddressSize = 128;

#pragma warning disable CS1591 // documented in groups
    // What follows the stream's name in each line of the file (",\"attrs\":{…}"); null for nothing.
    public byte* Attributes;
    public int AttributesLength;

    // Whether rotated files are compressed; whether the program never waits for its log.
    public int Compress, NeverWaits;

    // Where lines go besides the file.
    public LogTarget Target;
    public LogNetwork Network;
    public byte* Addresses;
    public int AddressCount;

    // The arguments and the environment of the program that relays, ended by null pointers.
    public byte** RelayArguments, RelayEnvironment;

    // Bytes and messages (0: any number) that may wait to be sent.
    public long Buffer;
    public int MaximumMessages;

    // Whether the start fails when there is no connection.
    public int ConnectFirst;
    public LogDropping Drops;

    // After how many failed attempts to connect a message is given up (-1: never), the milliseconds between them, their growth in percent, and the longest.
    public int Attempts, FirstWait, Growth, LongestWait;

    // After how many milliseconds a connection is made anew, and after how many without progress it is given up; 0 for never.
    public int ReconnectAfter, WriteTimeout;

    // The format's own, see LogTarget.
    public int Variant, Level;
    public byte* First, Second;
    public int FirstLength, SecondLength;

    // Pairs of 64-bit numbers: from when on (seconds since 1970), how many seconds local time is ahead of UTC.
    public long* Offsets;
    public int OffsetCount;
#pragma warning restore CS1591
}
