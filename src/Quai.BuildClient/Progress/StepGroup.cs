namespace Quai.BuildClient.Progress;

/// <summary>Several steps that are shown as one.</summary>
/// <param name="Id">The group's id.</param>
/// <param name="Name">What the group does.</param>
/// <param name="IsWeak">Whether the group is only shown where it has several steps.</param>
public sealed record StepGroup(string Id, string Name, bool IsWeak);
