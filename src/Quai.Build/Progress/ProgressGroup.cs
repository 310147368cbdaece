namespace Quai.Build.Progress;

/// <summary>A name under which the progress of several steps is shown as one.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The name.</param>
/// <param name="IsWeak">Whether a step's own name wins where it is the only one.</param>
public sealed record ProgressGroup(string Id, string Name, bool IsWeak);
