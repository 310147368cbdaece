namespace Quai.Plans.Logging;

/// <summary>How a datagram of GELF is packed; a stream never is.</summary>
public enum GelfCompression
{
    /// <summary>As gzip.</summary>
    Gzip = 0,

    /// <summary>As zlib.</summary>
    Zlib = 1,

    /// <summary>Not at all.</summary>
    None = 2,
}
