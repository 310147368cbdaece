namespace Quai.Registry.Repositories;

/// <summary>Who wants to know how a download or an upload goes.</summary>
public sealed record TransferEvents
{
    /// <summary>Nobody.</summary>
    public static TransferEvents None { get; } = new();

    /// <summary>Told the bytes that are there so far.</summary>
    public Action<long> Advanced { get; init; } = static _ => { };

    /// <summary>Told the wait before another try.</summary>
    public Action<TimeSpan> Retrying { get; init; } = static _ => { };

    /// <summary>Told when all bytes of a download are there.</summary>
    public Action Verifying { get; init; } = static () => { };
}
