namespace Quai.Client.Containers;

/// <summary>What of a container's output is asked for.</summary>
public sealed record LogOptions
{
    /// <summary>Go on with what is printed from now.</summary>
    public bool Follow { get; init; }

    /// <summary>Each line with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Each line with what the logging driver adds.</summary>
    public bool Details { get; init; }

    /// <summary>From when on, in seconds since 1970; empty for from the start.</summary>
    public string Since { get; init; } = "";

    /// <summary>Until when, in seconds since 1970; empty for to the end.</summary>
    public string Until { get; init; } = "";

    /// <summary>How many lines from the end, or <c>all</c>.</summary>
    public string Tail { get; init; } = "all";
}
