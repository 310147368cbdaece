namespace Quai.Plans.Logging;

/// <summary>What a fluentd log wants.</summary>
[Flags]
public enum FluentdOptions
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Times are event times, with nanoseconds.</summary>
    SubSecond = 1,

    /// <summary>The server acknowledges each message.</summary>
    Acknowledge = 2,

    /// <summary>The constant members have a <c>log</c> of their own.</summary>
    OwnLog = 4,

    /// <summary>The constant members have a <c>source</c> of their own.</summary>
    OwnSource = 8,
}
