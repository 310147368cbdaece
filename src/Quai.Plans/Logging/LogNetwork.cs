namespace Quai.Plans.Logging;

/// <summary>How a log's server is reached.</summary>
public enum LogNetwork
{
    /// <summary>Datagrams to an address.</summary>
    Udp = 0,

    /// <summary>A connection to an address.</summary>
    Tcp = 1,

    /// <summary>A connection to a socket of the file system.</summary>
    Unix = 2,

    /// <summary>Datagrams to a socket of the file system.</summary>
    UnixDatagram = 3,

    /// <summary>A connection that another program makes and encrypts.</summary>
    Relay = 4,
}
