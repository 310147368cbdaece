namespace Quai.BuildClient.Progress;

/// <summary>Something that is to be minded.</summary>
/// <param name="Step">The step's id.</param>
/// <param name="Level">How much it matters: the higher, the less.</param>
/// <param name="Short">What, in one line.</param>
public sealed record StepWarning(string Step, long Level, string Short)
{
    /// <summary>More of it, a line each.</summary>
    public IReadOnlyList<string> Detail { get; init; } = [];

    /// <summary>Where to read about it; empty for nowhere.</summary>
    public string Url { get; init; } = "";

    /// <summary>Whether it says why a step runs, and is nothing to be minded.</summary>
    public bool IsReason => Url == "quai:reason";

    /// <summary>Where in a source it is; null for nowhere.</summary>
    public SourcePlace? Place { get; init; }
}
