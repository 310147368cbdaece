namespace Quai.Build.Progress;

/// <summary>A step of the graph came into view, began or ended; always with all that is known of it.</summary>
/// <param name="Vertex">The step's digest, <c>sha256:…</c>.</param>
/// <param name="Name">What it is called, such as <c>[stage-1 2/3] RUN make</c>.</param>
public sealed record VertexEvent(string Vertex, string Name) : BuildEvent
{
    /// <summary>The digests of the steps whose results it takes.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Whether its result was taken from the cache.</summary>
    public bool IsCached { get; init; }

    /// <summary>When it began; null where it has not.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null where it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it failed; empty where it did not.</summary>
    public string Error { get; init; } = "";

    /// <summary>The group under which its progress is shown; null for none.</summary>
    public ProgressGroup? Group { get; init; }
}
