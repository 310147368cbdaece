namespace Quai.Build.Progress;

/// <summary>How far a part of a step has come, such as the download of a layer.</summary>
/// <param name="Vertex">The step's digest.</param>
/// <param name="Id">The part's id and name.</param>
/// <param name="Current">How much is done, in bytes or pieces.</param>
/// <param name="Total">How much there is; 0 where that is not known.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="CompletedAt">When it ended; null where it has not.</param>
public sealed record StatusEvent(string Vertex, string Id, long Current, long Total, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt) : BuildEvent
{
    /// <summary>When this was so.</summary>
    public DateTimeOffset At { get; init; } = StartedAt;
}
