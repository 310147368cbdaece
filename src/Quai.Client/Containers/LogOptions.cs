namespace Quai.Client.Containers;

/// <summary>Which part of a container's output is requested.</summary>
public sealed record LogOptions
{
    /// <summary>Continue with new output.</summary>
    public bool Follow { get; init; }

    /// <summary>Each line with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Each line with what the logging driver adds.</summary>
    public bool Details { get; init; }

    /// <summary>Start time, in seconds since 1970; empty for the beginning.</summary>
    public string Since { get; init; } = "";

    /// <summary>End time, in seconds since 1970; empty for the end.</summary>
    public string Until { get; init; } = "";

    /// <summary>How many lines from the end, or <c>all</c>.</summary>
    public string Tail { get; init; } = "all";
}
