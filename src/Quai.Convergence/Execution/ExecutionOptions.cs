using Quai.Convergence.Requests;

namespace Quai.Convergence.Execution;

/// <summary>How a plan is executed.</summary>
public sealed record ExecutionOptions
{
    /// <summary>What requests need to know beside the project's files.</summary>
    public required RequestContext Context { get; init; }

    /// <summary>Seconds that containers have to end before they are killed; null for their own.</summary>
    public long? StopTimeout { get; init; }

    /// <summary>How long is waited for services; null for ever.</summary>
    public TimeSpan? WaitTimeout { get; init; }

    /// <summary>Whether containers take over the anonymous volumes of those that they replace.</summary>
    public bool InheritsVolumes { get; init; } = true;

    /// <summary>Whether containers' anonymous volumes are removed with them.</summary>
    public bool RemovesAnonymousVolumes { get; init; }

    /// <summary>How many requests are under way at once; 0 for any number.</summary>
    public int Parallelism { get; init; }

    /// <summary>Called before a container is started, when it has been made.</summary>
    public Func<string, string, CancellationToken, Task>? BeforeStart { get; init; }
}
