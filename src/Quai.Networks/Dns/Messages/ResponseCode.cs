namespace Quai.Networks.Dns.Messages;

/// <summary>How a question was answered.</summary>
internal enum ResponseCode : ushort
{
    /// <summary>NOERROR: answered, if only by there being nothing.</summary>
    NoError = 0,

    /// <summary>FORMERR: the question cannot be read.</summary>
    FormatError = 1,

    /// <summary>SERVFAIL: nobody answered.</summary>
    ServerFailure = 2,

    /// <summary>NXDOMAIN: there is no such name.</summary>
    NameError = 3,

    /// <summary>NOTIMP: another operation than a question.</summary>
    NotImplemented = 4,

    /// <summary>REFUSED: not now, or not to you.</summary>
    Refused = 5,

    /// <summary>BADVERS: a version of EDNS that is not known. The upper bits of it are in the OPT record.</summary>
    BadVersion = 16,
}
