namespace Quai.Build.Solving.Keys;

/// <summary>By what a step's result is known.</summary>
/// <param name="Key">Under which its result is kept.</param>
/// <param name="Identity">By what the steps that follow know the result.</param>
internal sealed record StepKey(string Key, string Identity)
{
    /// <summary>What each input was: its identity, or a digest of what of it counts.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>What was asked of the files that it takes, and what they were.</summary>
    public IReadOnlyList<(string Question, string Content)> Contents { get; init; } = [];
}
