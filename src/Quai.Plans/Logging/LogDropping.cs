namespace Quai.Plans.Logging;

/// <summary>When lines are dropped that a log's buffer has no room for; otherwise the program waits.</summary>
public enum LogDropping
{
    /// <summary>Never.</summary>
    Never = 0,

    /// <summary>While there is no connection to the server.</summary>
    WhenAway = 1,

    /// <summary>Always.</summary>
    WhenFull = 2,
}
