namespace Quai.Networks.Dns.Messages;

/// <summary>Where things are in a message's header, the bits of its flags, and the sizes that messages may have.</summary>
internal static class MessageLayout
{
    /// <summary>Bytes of a header.</summary>
    public const int HeaderLength = 12;

    /// <summary>Offsets in the header.</summary>
    public const int FlagsAt = 2, QuestionsAt = 4, AnswersAt = 6, AuthoritiesAt = 8, AdditionalsAt = 10;

    /// <summary>Bits of the flags.</summary>
    public const ushort IsResponse = 0x8000, Operation = 0x7800, IsTruncated = 0x0200, RecursionDesired = 0x0100, RecursionAvailable = 0x0080, AuthenticData = 0x0020, CheckingDisabled = 0x0010, Code = 0x000F;

    /// <summary>The classes of the Internet, and of all.</summary>
    public const ushort Internet = 1, AnyClass = 255;

    /// <summary>Bytes of the longest name, without the root's label.</summary>
    public const int LongestName = 254;

    /// <summary>Bytes of the longest label.</summary>
    public const int LongestLabel = 63;

    /// <summary>Bytes of an OPT record without options.</summary>
    public const int OptLength = 11;

    /// <summary>Bytes of what a record has between its name and its data.</summary>
    public const int RecordHeaderLength = 10;

    /// <summary>Bytes that everybody takes by UDP.</summary>
    public const int PlainUdpSize = 512;

    /// <summary>Bytes of the largest message by UDP that is asked for or given, whatever a client would take.</summary>
    public const int LargestUdpSize = 4096;

    /// <summary>Bytes of the largest question: nobody has more to ask.</summary>
    public const int LargestQuery = 4096;

    /// <summary>Bytes of the largest message by TCP that is made here: with the length before it, a buffer of 64 KiB.</summary>
    public const int LargestTcpSize = 65534;

    /// <summary>Bytes of the length that is before a message on TCP.</summary>
    public const int FrameLength = 2;
}
