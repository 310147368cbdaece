namespace Quai.Networks.Dns.Messages;

/// <summary>Types of records and questions that are treated in some way of their own; all others are numbers that are passed on.</summary>
internal enum RecordType : ushort
{
    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>The start of a zone, which says how long the absence of a name may be remembered.</summary>
    SOA = 6,

    /// <summary>The name of an address.</summary>
    PTR = 12,

    /// <summary>Mail servers.</summary>
    MX = 15,

    /// <summary>Text.</summary>
    TXT = 16,

    /// <summary>An IPv6 address.</summary>
    AAAA = 28,

    /// <summary>Where a service is: a target and a port.</summary>
    SRV = 33,

    /// <summary>What EDNS has to say (RFC 6891); no record of a name.</summary>
    OPT = 41,

    /// <summary>A part of a zone.</summary>
    IXFR = 251,

    /// <summary>A whole zone.</summary>
    AXFR = 252,

    /// <summary>Whatever there is.</summary>
    Any = 255,
}
