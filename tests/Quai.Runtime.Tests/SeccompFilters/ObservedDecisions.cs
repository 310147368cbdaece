namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>
/// What a program saw in a container with default capabilities under Docker Engine 26.1 (runc 1.1, libseccomp 2.5) with Docker's profile,
/// its default error set to an unusual number. One letter for each call number from 0, made with all arguments -1:
/// r refused by the filter, . ENOSYS, a anything else.
/// </summary>
internal static class ObservedDecisions
{
    public const string X64 =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaraaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" +
        "aaaraaaaaaaaaaaaaaaaaaaaaaaaaaaaaarrraaraaaaaaaaaaaaararraaaaaarrrrrrrrrrrrrrrrrrrrrrraaaaaaaaaaaaaa" +
        "aa.aa.aaaaa.ra..aaaaaaaaaaaraaaaaaaarrrraaaaaararrraaaaaraaaaaaaaaaaaaaaraaaaaaraaaaaaaaaaaaaaaaaara" +
        "raaaraaaraaarraaaaaarraraaaaaaaaaaaaarrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" +
        "rrrrrrrrrrrrrrrrrrrrrrrrarrrrrrrrra.aarararraaaaaaraa.aaa";

    public const string X32 =
        ".............r.rr..rr........................rrr......rrr..r........................................" +
        ".r.r.......................rrr.r..r.r..r.............r.rr......rrrrrrrrrrrrrrrrrrrrrrr.............." +
        ".....rr..r.rr.rr......r....r........rrrr....r.rrrrr.....r...............rrr...rr...............rrrrr" +
        "r...r..rr.rrrr......rrrr...rr......rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" +
        "rrrrrrrrrrrrrrrrrrrrrrrr.rrrrrrrrr....r.r.rr......r..r...rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" +
        "rrrrrrrrrrrr................r....r";

    public const string X86 =
        "aaaaaaaaaaaaaaaaarraarraaraaraarrarraaaaaaaaraaaraarrraararraaraaaarrraarrraaaaraaaararrrraaaaaaaara" +
        "araraaaaarrrrrara.aarra.aaarrrrraarraraaaaaaaaaaaraaaaaaaaaaaaaaaarraraaaaaaaaaaaaaaaaaarraaaaaaaaaa" +
        "aaaaaaaaaaaaaaaaaraaaarraaaaaaaaaaaaaaaa.aaaaaaaaaararaaaaaaaaaaraaaaaaaarrrraaaaaararrrraaaaaraaaaa" +
        "aaaaaaaaaaraaaaaaraaaaaaaaaaaaaaaaaararaaaraaaraarraaaaaaraaaaaaaaaaaaaaaaraaaaaaaaaaaarrrrrraaaaaaa" +
        "aaaaraaaaaaaaaaraaaaaa.aarrrrrrrrra.aarararraaaaaaraa.aaa";

    /// <summary>x86-64 <c>socket</c> by address family.</summary>
    public const string Socket = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaararaaaaaaaaa";

    /// <summary>x86-64 <c>clone</c> by the flag, as a bit number.</summary>
    public const string Clone = "aaaaaaaaaaaaaaaaaraaaaaaarrrrrra";

    /// <summary>x86-64 <c>personality</c>: those refused of 0 1 8 9 20000 20008 20001 ffffffff 40000 1ffffffff.</summary>
    public static readonly ulong[] RefusedPersonalities = [0x1, 0x9, 0x20001, 0x40000, 0x1ffffffff];
}
