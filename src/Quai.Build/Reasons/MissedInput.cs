namespace Quai.Build.Reasons;

/// <summary>What is known of an input of a step that runs.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="IsImage">Whether it is an image.</param>
/// <param name="HasRun">Whether it has run, too.</param>
/// <param name="Changes">The files of a client's directory that are others than when it last came; null for what is no such directory.</param>
internal sealed record MissedInput(string Name, bool IsImage, bool HasRun, IReadOnlyList<string>? Changes);
