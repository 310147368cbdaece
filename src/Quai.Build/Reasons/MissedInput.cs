namespace Quai.Build.Reasons;

/// <summary>What is known of an input of a step that runs.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="IsImage">Whether it is an image.</param>
/// <param name="Address">Where it comes from, if that is neither an image nor a client's directory; null otherwise.</param>
/// <param name="HasRun">Whether it has run, too.</param>
/// <param name="Changes">The files of a client's directory that are others than when it last came; null for what is no such directory.</param>
internal sealed record MissedInput(string Name, bool IsImage, string? Address, bool HasRun, IReadOnlyList<string>? Changes);
