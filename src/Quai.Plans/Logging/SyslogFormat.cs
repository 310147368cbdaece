namespace Quai.Plans.Logging;

/// <summary>How a message of syslog is written.</summary>
public enum SyslogFormat
{
    /// <summary>As the C library writes to the local daemon: no host.</summary>
    Local = 0,

    /// <summary>RFC 3164.</summary>
    Rfc3164 = 1,

    /// <summary>RFC 5424 with seconds.</summary>
    Rfc5424 = 2,

    /// <summary>RFC 5424 with microseconds.</summary>
    Rfc5424Micro = 3,

    /// <summary>A bit: each message is preceded by its length, as RFC 5425 has it.</summary>
    Counted = 0x10,
}
