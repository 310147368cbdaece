namespace Quai.Plans.Logging;

/// <summary>What the shim sends a container's output to, besides its file.</summary>
public enum LogTarget
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A syslog server; the variant is a <see cref="SyslogFormat"/>, the texts are what comes before the process's number and after it.</summary>
    Syslog = 1,

    /// <summary>A GELF server; the variant is a <see cref="GelfCompression"/>, the texts are the object before the line and what follows the level.</summary>
    Gelf = 2,

    /// <summary>A server of fluentd's forward protocol; the variant is a set of <see cref="FluentdOptions"/>, the texts are the message's head and the record's constant members, whose number is the level.</summary>
    Fluentd = 3,

    /// <summary>The system's journal; the first text is the constant fields.</summary>
    Journal = 4,
}
