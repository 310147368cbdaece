namespace Quai.Registry.Repositories;

/// <summary>Callbacks for the progress of a download or an upload.</summary>
public sealed record TransferEvents
{
    /// <summary>No callbacks.</summary>
    public static TransferEvents None { get; } = new();

    /// <summary>Receives the number of bytes transferred so far.</summary>
    public Action<long> Advanced { get; init; } = static _ => { };

    /// <summary>Receives the delay before another attempt.</summary>
    public Action<TimeSpan> Retrying { get; init; } = static _ => { };

    /// <summary>Called when all bytes of a download have arrived.</summary>
    public Action Verifying { get; init; } = static () => { };
}
