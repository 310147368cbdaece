namespace Quai.BuildClient.Progress;

/// <summary>What is known of a step now: each change tells all of it again.</summary>
/// <param name="Step">The step's id, a digest; equal steps of several builds have the same.</param>
/// <param name="Name">What it does, for people.</param>
public sealed record StepChange(string Step, string Name)
{
    /// <summary>The steps whose results it works upon.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Whether its result was there already.</summary>
    public bool IsCached { get; init; }

    /// <summary>When it began; null where it has not.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null where it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it failed; empty where it has not.</summary>
    public string Error { get; init; } = "";

    /// <summary>The group as part of which it is shown; null for none.</summary>
    public StepGroup? Group { get; init; }
}
