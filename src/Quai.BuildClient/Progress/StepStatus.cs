namespace Quai.BuildClient.Progress;

/// <summary>How far a part of a step is, such as a transfer.</summary>
/// <param name="Step">The step's id.</param>
/// <param name="Id">The part's id within the step, which is its name, too.</param>
/// <param name="At">When this was so.</param>
public sealed record StepStatus(string Step, string Id, DateTimeOffset At)
{
    /// <summary>How much is done, mostly in bytes.</summary>
    public long Current { get; init; }

    /// <summary>How much there is to do; 0 where nobody knows.</summary>
    public long Total { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null where it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
}
