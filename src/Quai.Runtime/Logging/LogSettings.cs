namespace Quai.Runtime.Logging;

/// <summary>Where a container's output goes.</summary>
public sealed record LogSettings
{
    /// <summary>The file that it is written to; null for none.</summary>
    public LogFile? File { get; init; }

    /// <summary>The server that it is sent to; null for none.</summary>
    public LogServer? Server { get; init; }

    /// <summary>Whether the program never waits for its log.</summary>
    public bool NeverWaits { get; init; }
}
